//! What happens to orders, their refunds, settlements and commissions.

use serde_json::Value;

use super::{Model, Need, No, Tried, fen, midnight_after, share, text};

pub(crate) struct Refund {
    pub(crate) id: String,
    pub(crate) amount: i64,
    pub(crate) fee: i64,
    pub(crate) state: &'static str,
}

pub(crate) struct Order {
    pub(crate) id: String,
    /// What was said when it was placed.
    data: Value,
    pub(crate) status: &'static str,
    before: &'static str,
    pub(crate) method: String,
    pub(crate) paid: i64,
    pub(crate) gross: i64,
    pub(crate) fees: i64,
    pub(crate) used: u64,
    pub(crate) refunds: Vec<Refund>,
    pub(crate) completed_at: Option<i64>,
    pub(crate) due: Option<i64>,
    since: i64,
    pub(crate) settled_at: Option<i64>,
}

impl Order {
    fn sum(&self, list: &str) -> i64 {
        self.data[list].as_array().into_iter().flatten().map(|item| fen(&item["amount"])).sum()
    }

    fn payable(&self) -> i64 {
        fen(&self.data["amount"]) - self.sum("discounts")
    }

    fn supplier(&self) -> Option<String> {
        self.data["supplier"]["id"].as_str().map(str::to_owned)
    }

    fn now_of(&self, whole: i64) -> i64 {
        if self.status == "refunded" { 0 } else { whole - share(whole, self.gross, self.paid) }
    }

    pub(crate) fn cost_now(&self) -> i64 {
        let cost = if self.supplier().is_some() {
            &self.data["supplier"]["cost"]
        } else {
            &self.data["quoted_cost"]
        };
        self.now_of(fen(cost))
    }

    pub(crate) fn lines_now(&self) -> Vec<(String, i64)> {
        let lines = self.data["commissions"].as_array().cloned().unwrap_or_default();
        lines.iter().map(|line| (text(&line["distributor_id"]), self.now_of(fen(&line["amount"])))).collect()
    }

    fn is_paid(&self) -> bool {
        !["awaiting_confirmation", "awaiting_payment", "closed"].contains(&self.status)
    }

    fn confirmation(&self) -> &str {
        self.data["confirmation"].as_str().unwrap()
    }

    fn is_offline(&self) -> bool {
        ["cash", "bank_transfer", "pos"].contains(&self.method.as_str())
    }

    fn may_be_settled(&self) -> bool {
        self.supplier().is_some() && self.status == "completed" && self.settled_at.is_none()
    }
}

fn wait(order: &str) -> No {
    No::Park(("order", order.to_owned()))
}

fn woken(order: &str) -> Vec<Need> {
    vec![("order", order.to_owned())]
}

impl Model {
    fn find(&self, order: &str) -> Result<usize, No> {
        self.orders.iter().position(|o| o.id == order).ok_or_else(|| wait(order))
    }

    pub(super) fn place(&mut self, id: &str, data: &Value) -> Tried {
        if self.find(id).is_ok() {
            return Err(No::Reject("order_exists"));
        }
        let status = if data["confirmation"] == "before_payment" {
            "awaiting_confirmation"
        } else {
            "awaiting_payment"
        };
        let order = Order {
            id: id.to_owned(),
            data: data.clone(),
            status,
            before: "",
            method: String::new(),
            paid: 0,
            gross: 0,
            fees: 0,
            used: 0,
            refunds: Vec::new(),
            completed_at: None,
            due: None,
            since: 0,
            settled_at: None,
        };
        if order.payable() < 0 {
            return Err(No::Reject("discounts_exceed_amount"));
        }
        self.orders.push(order);
        Ok(woken(id))
    }

    pub(super) fn confirm(&mut self, id: &str) -> Tried {
        let i = self.find(id)?;
        let order = &mut self.orders[i];
        let late = ["awaiting_payment", "closed"].contains(&order.status)
            || (order.status, order.before) == ("refund_review", "paid_awaiting_confirmation");
        match order.status {
            "awaiting_confirmation" => order.status = "awaiting_payment",
            "paid_awaiting_confirmation" => order.status = "awaiting_use",
            _ if late && order.confirmation() == "after_payment" => return Err(wait(id)),
            _ => return Err(No::Reject("not_awaiting_confirmation")),
        }
        Ok(woken(id))
    }

    pub(super) fn close(&mut self, id: &str) -> Tried {
        let i = self.find(id)?;
        let order = &mut self.orders[i];
        if order.status == "closed" {
            return Err(No::Reject("already_closed"));
        }
        if order.is_paid() {
            return Err(No::Reject("already_paid"));
        }
        order.status = "closed";
        Ok(woken(id))
    }

    pub(super) fn pay(&mut self, id: &str, data: &Value) -> Tried {
        let i = self.find(id)?;
        let (amount, method, payment) =
            (fen(&data["amount"]), text(&data["method"]), text(&data["payment_id"]));
        let order = &self.orders[i];
        if order.status == "awaiting_confirmation" {
            return Err(wait(id));
        }
        if order.is_paid() && method == "balance" {
            return Err(No::Reject("already_paid"));
        }
        if order.is_paid() && amount == 0 {
            return Err(No::Reject("amount_is_zero"));
        }
        let other = amount != order.payable();
        if !order.is_paid() && other && (method == "balance" || amount == 0) {
            return Err(No::Reject("amount_mismatch"));
        }
        self.ensure_new_payment(&payment)?;
        if order.is_paid() || other {
            self.add_payment(&payment, true, amount);
            return Ok(vec![("order", id.to_owned()), ("payment", payment)]);
        }
        if method == "balance" {
            let member = text(&order.data["member_id"]);
            let balance = self.balances.get_mut(&member).ok_or(No::Park(("member", member)))?;
            if *balance < amount {
                return Err(No::Reject("insufficient_balance"));
            }
            *balance -= amount;
        }
        self.add_payment(&payment, false, amount);
        let order = &mut self.orders[i];
        let after = order.confirmation() == "after_payment";
        order.status = if after { "paid_awaiting_confirmation" } else { "awaiting_use" };
        (order.paid, order.method) = (amount, method);
        Ok(woken(id))
    }

    /// Shipped, used or completed: the order that it may happen to now.
    fn usable(&self, id: &str, statuses: &[&str]) -> Result<usize, No> {
        let i = self.find(id)?;
        let early = [
            "awaiting_confirmation",
            "awaiting_payment",
            "closed",
            "paid_awaiting_confirmation",
            "refund_review",
        ];
        if early.contains(&self.orders[i].status) {
            return Err(wait(id));
        }
        if statuses.contains(&self.orders[i].status) { Ok(i) } else { Err(No::Reject("not_awaiting_use")) }
    }

    pub(super) fn ship(&mut self, id: &str) -> Tried {
        let i = self.usable(id, &["awaiting_use"])?;
        self.orders[i].status = "shipped";
        Ok(woken(id))
    }

    pub(super) fn verify(&mut self, id: &str, data: &Value, at: i64) -> Tried {
        let i = self.usable(id, &["awaiting_use", "shipped"])?;
        let (used, all) =
            (data["packages"].as_u64().unwrap(), self.orders[i].data["packages"].as_u64().unwrap());
        if self.orders[i].used + used > all {
            return Err(No::Reject("packages_exceeded"));
        }
        self.orders[i].used += used;
        if self.orders[i].used == all {
            self.become_completed(i, at);
        }
        Ok(woken(id))
    }

    pub(super) fn complete(&mut self, id: &str, at: i64) -> Tried {
        let i = self.usable(id, &["awaiting_use", "shipped"])?;
        self.become_completed(i, at);
        Ok(woken(id))
    }

    fn become_completed(&mut self, i: usize, at: i64) {
        let supplier = self.orders[i].supplier();
        let days = supplier.as_ref().map(|supplier| {
            let own = self.supplier_days.iter().find(|(id, _)| id == supplier);
            own.map_or(self.default_days, |(_, days)| *days)
        });
        let order = &mut self.orders[i];
        (order.status, order.completed_at, order.since) = ("completed", Some(at), at);
        order.due = days.map(|days| midnight_after(at, days));
        for (distributor, amount) in self.orders[i].lines_now() {
            *self.funds.entry(("distributor".to_owned(), distributor)).or_default() += amount;
        }
        self.settle_if_due(i);
    }

    fn settle_if_due(&mut self, i: usize) {
        let order = &self.orders[i];
        let due = order.due.unwrap_or(i64::MAX);
        if order.may_be_settled() && !order.is_offline() && due <= self.now {
            self.settle(i, due.max(order.since));
        }
    }

    fn settle(&mut self, i: usize, at: i64) {
        self.orders[i].settled_at = Some(at);
        let supplier = self.orders[i].supplier().unwrap();
        *self.funds.entry(("supplier".to_owned(), supplier)).or_default() += self.orders[i].cost_now();
    }

    pub(super) fn settle_by_hand(&mut self, id: &str) -> Tried {
        let i = self.find(id).map_err(|_| No::Reject("unknown_order"))?;
        if !(self.orders[i].may_be_settled() && self.orders[i].is_offline()) {
            return Err(No::Reject("not_settleable"));
        }
        self.settle(i, self.now);
        Ok(woken(id))
    }

    /// The clock stands at `now`: everything that is due is settled.
    pub(crate) fn tick(&mut self, now: i64) {
        self.now = now;
        (0..self.orders.len()).for_each(|i| self.settle_if_due(i));
    }

    pub(super) fn request_refund(&mut self, id: &str, data: &Value) -> Tried {
        let i = self.find(id)?;
        let order = &mut self.orders[i];
        let (amount, fee, refund) = (fen(&data["amount"]), fen(&data["fee"]), text(&data["refund_id"]));
        if !order.is_paid() || order.status == "refund_review" {
            return Err(wait(id));
        }
        if order.status == "refunded" {
            return Err(No::Reject("order_refunded"));
        }
        if amount > order.paid - order.gross || (amount == 0 && order.paid != 0) {
            return Err(No::Reject("refund_exceeds_paid"));
        }
        if fee > amount {
            return Err(No::Reject("fee_exceeds_refund"));
        }
        if order.refunds.iter().any(|r| r.id == refund) {
            return Err(No::Reject("refund_exists"));
        }
        order.refunds.push(Refund { id: refund, amount, fee, state: "in_review" });
        (order.before, order.status) = (order.status, "refund_review");
        Ok(woken(id))
    }

    fn in_review(&self, id: &str, data: &Value) -> Result<(usize, usize), No> {
        let i = self.find(id)?;
        let refund = text(&data["refund_id"]);
        let r = self.orders[i].refunds.iter().position(|r| r.id == refund).ok_or_else(|| wait(id))?;
        let open = self.orders[i].refunds[r].state == "in_review";
        if open { Ok((i, r)) } else { Err(No::Reject("refund_decided")) }
    }

    pub(super) fn reject_refund(&mut self, id: &str, data: &Value, at: i64) -> Tried {
        let (i, r) = self.in_review(id, data)?;
        self.orders[i].refunds[r].state = "rejected";
        self.end_review(i, at);
        Ok(woken(id))
    }

    fn end_review(&mut self, i: usize, at: i64) {
        let order = &mut self.orders[i];
        order.status = order.before;
        if order.status == "completed" {
            order.since = at;
            self.settle_if_due(i);
        }
    }

    pub(super) fn complete_refund(&mut self, id: &str, data: &Value, at: i64) -> Tried {
        let (i, r) = self.in_review(id, data)?;
        let by_balance = self.orders[i].method == "balance";
        let back = data["method"].as_str().map_or(by_balance, |method| method == "balance");
        if back != by_balance {
            return Err(No::Reject("method_mismatch"));
        }
        let (cost, lines) = (self.orders[i].cost_now(), self.orders[i].lines_now());
        let order = &mut self.orders[i];
        order.refunds[r].state = "completed";
        let (amount, fee) = (order.refunds[r].amount, order.refunds[r].fee);
        order.gross += amount;
        order.fees += fee;
        if by_balance {
            *self.balances.get_mut(order.data["member_id"].as_str().unwrap()).unwrap() += amount - fee;
        }
        let all = order.gross == order.paid;
        order.status = if all { "refunded" } else { order.before };
        if order.settled_at.is_some() {
            let supplier = order.supplier().unwrap();
            *self.funds.get_mut(&("supplier".to_owned(), supplier)).unwrap() -= cost - order.cost_now();
        }
        if order.completed_at.is_some() {
            for ((distributor, before), (_, after)) in lines.into_iter().zip(self.orders[i].lines_now()) {
                *self.funds.get_mut(&("distributor".to_owned(), distributor)).unwrap() -= before - after;
            }
        }
        if !all {
            self.end_review(i, at);
        }
        Ok(woken(id))
    }
}
