//! What happens to members, payments and withdrawals.

use serde_json::Value;

use super::{Model, Need, No, Payment, Tried, Withdrawal, fen, month, text};

fn positive(data: &Value) -> Result<i64, No> {
    let amount = fen(&data["amount"]);
    if amount == 0 { Err(No::Reject("amount_is_zero")) } else { Ok(amount) }
}

fn woken(member: &str) -> Vec<Need> {
    vec![("member", member.to_owned())]
}

impl Model {
    pub(super) fn ensure_new_payment(&self, id: &str) -> Result<(), No> {
        let known = self.payments.iter().any(|payment| payment.id == id);
        if known { Err(No::Reject("payment_exists")) } else { Ok(()) }
    }

    pub(super) fn add_payment(&mut self, id: &str, alone: bool, amount: i64) {
        self.payments.push(Payment { id: id.to_owned(), alone, amount, refunds: Vec::new() });
    }

    fn known(&self, member: &str) -> Result<i64, No> {
        self.balances.get(member).copied().ok_or_else(|| No::Park(("member", member.to_owned())))
    }

    fn change(&mut self, member: &str, change: i64) -> Vec<Need> {
        *self.balances.get_mut(member).unwrap() += change;
        woken(member)
    }

    pub(super) fn register(&mut self, member: &str) -> Tried {
        if self.balances.contains_key(member) {
            return Err(No::Reject("member_exists"));
        }
        self.balances.insert(member.to_owned(), 0);
        Ok(woken(member))
    }

    pub(super) fn recharge(&mut self, member: &str, data: &Value) -> Tried {
        self.known(member)?;
        let (amount, payment) = (positive(data)?, text(&data["payment_id"]));
        self.ensure_new_payment(&payment)?;
        self.add_payment(&payment, false, amount);
        Ok(self.change(member, amount))
    }

    pub(super) fn refund_recharge(&mut self, member: &str, data: &Value) -> Tried {
        let balance = self.known(member)?;
        let (amount, payment) = (positive(data)?, text(&data["payment_id"]));
        self.ensure_new_payment(&payment)?;
        if balance < amount {
            return Err(No::Reject("insufficient_balance"));
        }
        self.add_payment(&payment, false, amount);
        Ok(self.change(member, -amount))
    }

    pub(super) fn gift(&mut self, member: &str, data: &Value) -> Tried {
        self.known(member)?;
        let amount = positive(data)?;
        Ok(self.change(member, amount))
    }

    pub(super) fn deduct(&mut self, member: &str, data: &Value) -> Tried {
        let (balance, amount) = (self.known(member)?, positive(data)?);
        if balance < amount {
            return Err(No::Reject("insufficient_balance"));
        }
        Ok(self.change(member, -amount))
    }

    pub(super) fn receive(&mut self, id: &str, data: &Value) -> Tried {
        let amount = positive(data)?;
        self.ensure_new_payment(id)?;
        self.add_payment(id, true, amount);
        Ok(vec![("payment", id.to_owned())])
    }

    pub(super) fn refund_payment(&mut self, id: &str, data: &Value) -> Tried {
        let payment = self.payments.iter_mut().find(|payment| payment.id == id && payment.alone);
        let payment = payment.ok_or_else(|| No::Park(("payment", id.to_owned())))?;
        let (amount, refund) = (positive(data)?, text(&data["refund_id"]));
        if payment.refunds.iter().any(|(known, _)| *known == refund) {
            return Err(No::Reject("refund_exists"));
        }
        if payment.refunds.iter().map(|(_, amount)| amount).sum::<i64>() + amount > payment.amount {
            return Err(No::Reject("refund_exceeds_paid"));
        }
        payment.refunds.push((refund, amount));
        Ok(vec![("payment", id.to_owned())])
    }

    pub(super) fn withdraw(&mut self, id: &str, data: &Value, at: i64) -> Tried {
        if self.withdrawals.iter().any(|withdrawal| withdrawal.id == id) {
            return Err(No::Reject("withdrawal_exists"));
        }
        let amount = positive(data)?;
        let (kind, payee) = (text(&data["payee"]["kind"]), text(&data["payee"]["id"]));
        if kind == "member" {
            self.known(&payee)?;
        }
        if kind != "supplier" {
            self.ensure_allowed(&kind, &payee, amount, &text(&data["method"]), at)?;
        }
        if amount > self.available(&kind, &payee) {
            return Err(No::Reject("insufficient_funds"));
        }
        self.move_funds(&kind, &payee, -amount);
        let id = id.to_owned();
        self.withdrawals.push(Withdrawal { id, at, kind, payee, amount, state: "pending", decided_at: None });
        Ok(Vec::new())
    }

    fn ensure_allowed(&self, kind: &str, payee: &str, amount: i64, method: &str, at: i64) -> Result<(), No> {
        if !self.methods.iter().any(|allowed| allowed == method) {
            return Err(No::Reject("method_disabled"));
        }
        if self.minimum.is_some_and(|minimum| amount < minimum) {
            return Err(No::Reject("below_minimum"));
        }
        let counted = self.withdrawals.iter().filter(|withdrawal| {
            (withdrawal.kind.as_str(), withdrawal.payee.as_str()) == (kind, payee)
                && withdrawal.state != "rejected"
                && month(withdrawal.at) == month(at)
        });
        let counted = counted.count();
        if self.monthly.is_some_and(|limit| counted >= limit as usize) {
            return Err(No::Reject("monthly_limit"));
        }
        Ok(())
    }

    fn available(&self, kind: &str, payee: &str) -> i64 {
        if kind == "member" {
            return self.balances[payee];
        }
        self.funds.get(&(kind.to_owned(), payee.to_owned())).copied().unwrap_or(0)
    }

    fn move_funds(&mut self, kind: &str, payee: &str, change: i64) {
        if kind == "member" {
            *self.balances.get_mut(payee).unwrap() += change;
        } else {
            *self.funds.entry((kind.to_owned(), payee.to_owned())).or_default() += change;
        }
    }

    fn request(&mut self, id: &str, state: &str) -> Result<&mut Withdrawal, No> {
        let withdrawal = self.withdrawals.iter_mut().find(|withdrawal| withdrawal.id == id);
        let withdrawal = withdrawal.ok_or(No::Reject("unknown_withdrawal"))?;
        if withdrawal.state == state { Ok(withdrawal) } else { Err(No::Reject("already_decided")) }
    }

    pub(super) fn approve(&mut self, id: &str, paid_at: Option<i64>) -> Tried {
        let (now, automatic) = (self.now, self.automatic);
        let withdrawal = self.request(id, "pending")?;
        if paid_at.is_some_and(|at| at < withdrawal.at || at > now) {
            return Err(No::Reject("invalid_time"));
        }
        if automatic {
            withdrawal.state = "approved";
        } else {
            (withdrawal.state, withdrawal.decided_at) = ("paid", Some(paid_at.unwrap_or(now)));
        }
        Ok(Vec::new())
    }

    pub(super) fn turn_down(&mut self, id: &str) -> Tried {
        let now = self.now;
        let withdrawal = self.request(id, "pending")?;
        (withdrawal.state, withdrawal.decided_at) = ("rejected", Some(now));
        let (kind, payee, amount) = (withdrawal.kind.clone(), withdrawal.payee.clone(), withdrawal.amount);
        self.move_funds(&kind, &payee, amount);
        Ok(Vec::new())
    }

    pub(super) fn transfer(&mut self, id: &str, done: bool) -> Tried {
        let now = self.now;
        let withdrawal = self.request(id, "approved")?;
        if done {
            (withdrawal.state, withdrawal.decided_at) = ("paid", Some(now));
        } else {
            withdrawal.state = "pending";
        }
        Ok(Vec::new())
    }
}
