//! What the platform sells, and who supplies and distributes it.

/// What sort of thing a product is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Ticket,
    Hotel,
    Tour,
    Goods,
    Meal,
}

impl Kind {
    /// The wire name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Kind::Ticket => "ticket",
            Kind::Hotel => "hotel",
            Kind::Tour => "tour",
            Kind::Goods => "goods",
            Kind::Meal => "meal",
        }
    }

    /// The products of this kind, the most popular first.
    pub(super) fn products(self) -> &'static [Product] {
        match self {
            Kind::Ticket => &TICKETS,
            Kind::Hotel => &HOTELS,
            Kind::Tour => &TOURS,
            Kind::Goods => &GOODS,
            Kind::Meal => &MEALS,
        }
    }
}

/// Something on sale.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Product {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// Of one package, in fen.
    pub(super) price: i64,
    /// What the supplier takes of the price, in per cent.
    pub(super) cost: i64,
    /// Which of [`SUPPLIERS`], or nobody where the platform sells its own.
    pub(super) supplier: Option<usize>,
}

/// `supplier` counts from 1; 0 is the platform itself.
const fn product(
    kind: Kind,
    id: &'static str,
    name: &'static str,
    yuan: i64,
    cost: i64,
    supplier: usize,
) -> Product {
    Product { id, name, kind, price: yuan * 100, cost, supplier: supplier.checked_sub(1) }
}

use Kind::{Goods, Hotel, Meal, Ticket, Tour};

static TICKETS: [Product; 20] = [
    product(Ticket, "P101", "故宫博物院成人票", 60, 92, 1),
    product(Ticket, "P102", "西湖游船票", 55, 85, 9),
    product(Ticket, "P103", "成都大熊猫繁育研究基地门票", 55, 88, 5),
    product(Ticket, "P104", "八达岭长城成人票", 40, 90, 1),
    product(Ticket, "P105", "秦始皇帝陵博物院门票", 120, 93, 10),
    product(Ticket, "P106", "黄山风景区门票", 190, 90, 4),
    product(Ticket, "P107", "乌镇东西栅联票", 190, 86, 9),
    product(Ticket, "P108", "颐和园联票", 60, 90, 1),
    product(Ticket, "P109", "九寨沟景区门票", 169, 91, 5),
    product(Ticket, "P110", "张家界国家森林公园门票", 224, 89, 0),
    product(Ticket, "P111", "灵隐飞来峰门票", 45, 88, 9),
    product(Ticket, "P112", "长安夜游演出票", 198, 72, 10),
    product(Ticket, "P113", "漓江竹筏漂流票", 215, 80, 12),
    product(Ticket, "P114", "都江堰景区门票", 80, 90, 5),
    product(Ticket, "P115", "鼓浪屿往返船票", 35, 92, 0),
    product(Ticket, "P116", "野生动物世界一日票", 300, 84, 6),
    product(Ticket, "P117", "莫高窟参观预约票", 238, 94, 8),
    product(Ticket, "P118", "宏村古村落门票", 104, 87, 4),
    product(Ticket, "P119", "华清宫门票", 120, 89, 10),
    product(Ticket, "P120", "三亚蜈支洲岛套票", 144, 82, 7),
];

static HOTELS: [Product; 12] = [
    product(Hotel, "P201", "西湖边精品酒店·大床房", 568, 82, 2),
    product(Hotel, "P202", "三亚湾海景度假酒店·家庭房", 899, 80, 7),
    product(Hotel, "P203", "王府井商务酒店·双床房", 468, 84, 1),
    product(Hotel, "P204", "宽窄巷子民宿·庭院房", 388, 78, 5),
    product(Hotel, "P205", "大理古城客栈·观景房", 298, 76, 3),
    product(Hotel, "P206", "黄山脚下温泉酒店·双床房", 518, 81, 4),
    product(Hotel, "P207", "钟楼旁轻居酒店·大床房", 328, 83, 10),
    product(Hotel, "P208", "珠江夜景酒店·江景房", 658, 82, 6),
    product(Hotel, "P209", "阳朔田园民宿·亲子房", 368, 75, 12),
    product(Hotel, "P210", "乌镇水边客栈·临河房", 480, 79, 2),
    product(Hotel, "P211", "敦煌沙洲酒店·标准间", 318, 80, 8),
    product(Hotel, "P212", "舟山海岛民宿·海景房", 558, 77, 11),
];

static TOURS: [Product; 10] = [
    product(Tour, "P301", "北京故宫长城一日游", 328, 78, 1),
    product(Tour, "P302", "云南大理丽江六日游", 2680, 86, 3),
    product(Tour, "P303", "西安兵马俑华清宫一日游", 298, 77, 10),
    product(Tour, "P304", "桂林阳朔四日游", 1480, 84, 12),
    product(Tour, "P305", "九寨沟黄龙三日游", 1180, 85, 5),
    product(Tour, "P306", "丝绸之路敦煌八日游", 4980, 88, 8),
    product(Tour, "P307", "三亚双飞五日自由行", 3280, 89, 7),
    product(Tour, "P308", "黄山宏村两日游", 698, 80, 4),
    product(Tour, "P309", "舟山群岛两日游", 768, 81, 11),
    product(Tour, "P310", "岭南美食文化三日游", 1280, 82, 6),
];

static GOODS: [Product; 12] = [
    product(Goods, "P401", "黄山毛峰礼盒", 168, 62, 4),
    product(Goods, "P402", "故宫文创书签套装", 49, 45, 0),
    product(Goods, "P403", "西湖龙井明前茶250克", 268, 65, 2),
    product(Goods, "P404", "舟山即食海鲜礼包", 128, 66, 11),
    product(Goods, "P405", "云南鲜花饼十二枚装", 39, 55, 3),
    product(Goods, "P406", "熊猫毛绒玩偶", 79, 48, 0),
    product(Goods, "P407", "郫县豆瓣酱三瓶装", 45, 60, 5),
    product(Goods, "P408", "兵马俑复刻摆件", 188, 50, 10),
    product(Goods, "P409", "敦煌飞天丝巾", 299, 52, 0),
    product(Goods, "P410", "广式腊味礼盒", 158, 64, 6),
    product(Goods, "P411", "桂花糕点礼盒", 58, 56, 12),
    product(Goods, "P412", "海南椰子糖礼包", 36, 54, 7),
];

static MEALS: [Product; 6] = [
    product(Meal, "P501", "老北京铜锅涮肉双人套餐", 198, 80, 1),
    product(Meal, "P502", "楼外楼杭帮菜代金券", 100, 88, 2),
    product(Meal, "P503", "成都火锅四人套餐", 328, 79, 5),
    product(Meal, "P504", "西安回民街小吃通票", 68, 75, 10),
    product(Meal, "P505", "广州早茶双人套餐", 138, 78, 6),
    product(Meal, "P506", "海鲜大排档代金券", 100, 86, 11),
];

/// Somebody who is owed money by the platform.
#[derive(Debug)]
pub(super) struct Partner {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) phone: &'static str,
}

const fn partner(id: &'static str, name: &'static str, phone: &'static str) -> Partner {
    Partner { id, name, phone }
}

pub(super) static SUPPLIERS: [Partner; 12] = [
    partner("S01", "京华文旅发展有限公司", "13701020301"),
    partner("S02", "湖山精品酒店管理有限公司", "13957120302"),
    partner("S03", "苍洱国际旅行社", "13887250303"),
    partner("S04", "徽州山水旅游有限公司", "13855920304"),
    partner("S05", "巴蜀文旅集团", "13908020305"),
    partner("S06", "岭南假期旅游有限公司", "13822120306"),
    partner("S07", "南海度假酒店集团", "13976020307"),
    partner("S08", "丝路行国际旅行社", "13893720308"),
    partner("S09", "江南景区票务中心", "13606720309"),
    partner("S10", "长安文化旅游有限公司", "13991220310"),
    partner("S11", "东海渔家食品有限公司", "13655820311"),
    partner("S12", "漓江山水旅游有限公司", "13977320312"),
];

pub(super) static DISTRIBUTORS: [Partner; 20] = [
    partner("D01", "王晓燕", "13812450001"),
    partner("D02", "李建国", "15901230002"),
    partner("D03", "爱旅行的小陈", "18607710003"),
    partner("D04", "杭州周末去哪儿", "17757180004"),
    partner("D05", "刘芳", "13521340005"),
    partner("D06", "张伟", "18980560006"),
    partner("D07", "带娃看世界", "13660780007"),
    partner("D08", "赵丽娜", "15829010008"),
    partner("D09", "孙志强", "13305530009"),
    partner("D10", "徒步俱乐部老周", "18787120010"),
    partner("D11", "吴敏", "13776540011"),
    partner("D12", "郑凯", "15088330012"),
    partner("D13", "背包客阿杰", "19912340013"),
    partner("D14", "冯雪梅", "13466770014"),
    partner("D15", "陈志远", "18515620015"),
    partner("D16", "吃货团长", "15982040016"),
    partner("D17", "林小雨", "18659210017"),
    partner("D18", "何俊", "13729880018"),
    partner("D19", "自驾游联盟", "17391150019"),
    partner("D20", "高翔", "16620170020"),
];
