// Names of the figures, and what each is made of.
const figure = (name: string, definition: string) => ({ name, definition })

const withdrawals = {
  pending: figure('待审核', '所选时间内提出、现在仍待审核的提现申请'),
  approved: figure('转账中', '审核已通过、转账接口尚未回复到账的提现申请'),
  paid: figure('已提现', '所选时间内提出、已确认付款的提现申请'),
  rejected: figure('未通过', '所选时间内提出、审核未通过的提现申请；金额已退回'),
}

export default {
  count: '数量',
  amount: '金额',
  orders: '订单',
  sales: {
    orders: figure('订单数', '所选时间内下单的全部订单'),
    unpaid_orders: figure('未支付订单', '支付前待确认、待支付、已关闭的订单'),
    paid_orders: figure('已支付订单', '支付后待确认、待消费、已发货、已完成、退款待审核、已退款的订单'),
    by_status: figure('各状态', '所选时间内下单、现在处于该状态的订单；金额为应付金额'),
    sales_amount: figure('总销售额', '已支付订单优惠前的金额合计'),
    discount_amount: figure('优惠额', '已支付订单使用积分、红包、折扣、优惠券等优惠的金额'),
    paid_amount: figure('实付金额', '总销售额 − 优惠额'),
    prepaid_amount: figure('预收款', '已支付但尚未消费的金额，随时可能退款'),
    realised_amount: figure('实销额', '已支付订单中已经消费完成的金额（扣除退款）'),
    refunded_amount: figure('实退额', '已完成退款实际退给客户的金额，非原始订单金额'),
    refund_fee_amount: figure('退款手续费', '已完成退款中平台收取的手续费'),
    revenue: figure('销售收入', '状态为已完成的订单的剩余金额：成本与利润的基数'),
    purchase_cost: figure('采购成本', '已完成订单的供应商成本；无供应商时为产品报价中的成本'),
    commission_cost: figure('分销佣金', '已完成订单的分销佣金'),
    freight_cost: figure('运费', '已完成订单的运费'),
    sales_cost: figure('销售成本', '采购成本 + 分销佣金 + 运费'),
    profit: figure('利润', '销售收入 − 销售成本'),
    profit_margin: figure('利润率', '利润 ÷ 销售收入'),
    conversion_rate: figure('支付转化率', '已支付订单数 ÷ 全部订单数'),
    return_rate: figure('退货率', '有已完成退款的已支付订单数 ÷ 已支付订单数'),
  },
  verifications: {
    orders: figure('核销订单', '所选时间内完成的订单，与下单日期无关'),
    packages: figure('套餐数量', '这些订单的套餐数；一个订单可以有多个套餐或多个游客'),
    amount: figure('核销金额', '订单完成时的剩余金额；以后的退款不改变它'),
    cost: figure('成本', '订单完成时的采购成本 + 分销佣金 + 运费'),
    profit: figure('利润', '核销金额 − 成本'),
  },
  refunds: {
    requests: figure('退款申请', '所选时间内发起的退款申请，与下单和退款完成日期无关'),
    requested_amount: figure('申请金额', '这些申请要求退的金额，含手续费'),
    in_review: figure('待审核', '现在仍待审核的申请'),
    rejected: figure('已拒绝', '被拒绝的申请'),
    completed: figure('已完成退款', '已经退款完成的申请'),
    refund_fee_amount: figure('退款手续费', '已完成退款中平台收取的手续费'),
    refunded_amount: figure('实际退款金额', '已完成退款实际退给客户的金额'),
  },
  cash: {
    opening_balance: figure('期初结存', '所选时间之前全部收入 − 全部支出'),
    income: figure('收入', '所选时间内实际到账的资金：订单支付、充值、扫码收款等'),
    expense: figure('支出', '所选时间内实际付出的资金：订单退款、提现等'),
    net: figure('净收支', '收入 − 支出'),
    closing_balance: figure('平台结存', '期初结存 + 净收支'),
    count: figure('笔数', '流水笔数'),
  },
  suppliers: {
    unsettled: figure('未结算', '所选时间内付款、尚未与供应商结算的订单；金额为结算金额'),
    settled: figure('已结算', '已与供应商结算的订单'),
    non_settleable: figure('不可结算', '已全额退款、不再与供应商结算的订单；金额为原成本'),
  },
  commissions: {
    unsettled: figure('未结算', '所选时间内下单、尚未消费完成的佣金订单'),
    settled: figure('已结算', '消费完成、佣金已结算的订单'),
    cancelled: figure('已取消', '已退款、佣金取消的订单；金额为原佣金'),
  },
  withdrawals,
  balances: {
    opening_balance: figure('期初余额', '所选时间之前全体会员的余额合计'),
    net: figure('净变动', '所选时间内余额的增加 − 减少'),
    closing_balance: figure('期末余额', '期初余额 + 净变动'),
    by_kind: figure('变动', '所选时间内该类型的余额变动；金额不带正负号'),
  },
}
