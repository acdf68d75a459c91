-- The read models: what reports and lists are answered from. All of it is derived from the log and can be rebuilt.
--
-- This is the whole of it, and the eighth version: tables are never altered. When they change, the new ones are filled
-- from the log beside the old ones, in a generation of their own, and switched to.
--
-- Money is in minor units (fen), an instant in microseconds since 1970-01-01T00:00:00Z. An entity is keyed by its
-- birth: the position of the event that created it.
--
-- Tables of *rows* hold what happened, one thing a row. Tables of *cells* add rows up: what all of one local hour, day,
-- month or year add to each figure. `grain` is the number of 'hour', 'day', 'month' or 'year', `start` the instant at which it begins.
-- A range of time is whole years, months, days and hours, and the rows themselves in the two hours at its ragged ends.
--
-- Tables of *versions* keep how a row stood after each event that changed it: one row a version, keyed by the position of
-- that event, with the position of the version before. Rows that never change name the position of their event.
--
-- The past of cells: each table X_cells has a twin X_past with the same columns and `epoch`, made from the same words. An
-- epoch is a run of whole blocks (see `epochs`); a row says how its cell stood at the end of the last epoch in which it
-- changed. So figures as of any position are: for each cell its last row of a closed epoch, and what the versions and
-- rows of the epoch that was open then add to it. Of hours it is kept only where something is read hour by hour: in
-- the past of sales, of the trend and of members.
--
-- Texts that come in no order, such as the numbers of payments and phones, have an index for each stretch of 524,288
-- positions, one after the other: what is new then changes a few hundred pages of it, and not one of a million each time. It
-- is looked up in one stretch after the other.
--
-- The words are SQLite's. In PostgreSQL `integer` is `bigint`, `blob` is `bytea`, `text` sorts by its bytes
-- (collate "C"), and `strict` and `without rowid` are left out. What stands in `/* */` is said to PostgreSQL alone: SQLite
-- has the key of the table in each index by itself. Sums that leave 64 bits are errors in both: they stop
-- the projector, and are never a rounded number.

-- How far the read models are, written in the same transaction as every change of them.
create table checkpoint (
    one         integer primary key check (one = 1),
    log_id      blob    not null,  -- the log they are derived from
    position    integer not null,  -- the last event they reflect
    root        blob    not null,  -- the root of the log's tree at that position
    recorded_at integer not null,  -- when that event was recorded
    currency    text    not null,
    time_zone   text    not null   -- in which hours, days and months are counted
) strict;

-- Words of closed sets are numbers in all other tables, but for what parked events wait for: they are in millions of
-- rows. The set that a column is of stands behind `words:`. Grains are a set, too.
create table words (
    set_of text    not null,
    number integer not null,
    word   text    not null,
    primary key (set_of, number)
) without rowid, strict;

insert into words (set_of, number, word) values
    ('grain', 0, 'hour'), ('grain', 1, 'day'), ('grain', 2, 'month'), ('grain', 3, 'year'),
    ('order_source', 0, 'pc'), ('order_source', 1, 'web_h5'), ('order_source', 2, 'uni_h5'),
    ('order_source', 3, 'wechat_mini'), ('order_source', 4, 'alipay_mini'), ('order_source', 5, 'douyin_mini'),
    ('order_source', 6, 'kuaishou_mini'), ('order_source', 7, 'other'),
    ('confirmation', 0, 'none'), ('confirmation', 1, 'before_payment'), ('confirmation', 2, 'after_payment'),
    ('order_status', 0, 'awaiting_confirmation'), ('order_status', 1, 'awaiting_payment'),
    ('order_status', 2, 'closed'), ('order_status', 3, 'paid_awaiting_confirmation'),
    ('order_status', 4, 'awaiting_use'), ('order_status', 5, 'shipped'), ('order_status', 6, 'completed'),
    ('order_status', 7, 'refund_review'), ('order_status', 8, 'refunded'),
    ('method', 0, 'wechat_pay'), ('method', 1, 'alipay'), ('method', 2, 'allinpay'), ('method', 3, 'unionpay'),
    ('method', 4, 'cash'), ('method', 5, 'bank_transfer'), ('method', 6, 'pos'), ('method', 7, 'balance'),
    ('settlement_state', 0, 'unsettled'), ('settlement_state', 1, 'settled'), ('settlement_state', 2, 'non_settleable'),
    ('commission_state', 0, 'unsettled'), ('commission_state', 1, 'settled'), ('commission_state', 2, 'cancelled'),
    ('refund_state', 0, 'in_review'), ('refund_state', 1, 'rejected'), ('refund_state', 2, 'completed'),
    ('cash_kind', 0, 'order_payment'), ('cash_kind', 1, 'recharge'), ('cash_kind', 2, 'scan_payment'),
    ('cash_kind', 3, 'surplus_payment'), ('cash_kind', 4, 'order_refund'), ('cash_kind', 5, 'recharge_refund'),
    ('cash_kind', 6, 'scan_refund'), ('cash_kind', 7, 'surplus_refund'), ('cash_kind', 8, 'supplier_withdrawal'),
    ('cash_kind', 9, 'distributor_withdrawal'), ('cash_kind', 10, 'member_withdrawal'),
    ('withdrawal_state', 0, 'pending'), ('withdrawal_state', 1, 'approved'), ('withdrawal_state', 2, 'paid'),
    ('withdrawal_state', 3, 'rejected'),
    ('withdrawal_method', 0, 'bank_card'), ('withdrawal_method', 1, 'alipay'), ('withdrawal_method', 2, 'wechat'),
    ('payee_kind', 0, 'supplier'), ('payee_kind', 1, 'distributor'), ('payee_kind', 2, 'member'),
    ('gender', 0, 'male'), ('gender', 1, 'female'), ('gender', 2, 'unknown'),
    ('balance_kind', 0, 'recharge'), ('balance_kind', 1, 'recharge_refund'), ('balance_kind', 2, 'consume'),
    ('balance_kind', 3, 'consume_refund'), ('balance_kind', 4, 'withdraw'), ('balance_kind', 5, 'withdraw_return'),
    ('balance_kind', 6, 'gift'), ('balance_kind', 7, 'deduct'),
    ('journal_kind', 0, 'order_paid'), ('journal_kind', 1, 'order_shipped'), ('journal_kind', 2, 'order_completed'),
    ('journal_kind', 3, 'refund_completed'), ('journal_kind', 4, 'settlement'), ('journal_kind', 5, 'recharge'),
    ('journal_kind', 6, 'recharge_refund'), ('journal_kind', 7, 'gift'), ('journal_kind', 8, 'deduct'),
    ('journal_kind', 9, 'scan_payment'), ('journal_kind', 10, 'scan_refund'), ('journal_kind', 11, 'surplus_payment'),
    ('journal_kind', 12, 'surplus_refund'), ('journal_kind', 13, 'withdrawal_requested'),
    ('journal_kind', 14, 'withdrawal_rejected'), ('journal_kind', 15, 'withdrawal_paid'),
    ('parked_state', 0, 'waiting'), ('parked_state', 1, 'released'), ('parked_state', 2, 'failed'),
    ('parked_state', 3, 'discarded'),
    ('direction', 0, 'income'), ('direction', 1, 'expense');

-- Runs of blocks of about as many events each, one after the other, without those of the run that is open.
create table epochs (
    number      integer primary key,  -- from 1
    last        integer not null,     -- its last event: the end of a block
    paid_until  integer,              -- the latest payment of an order in this or an earlier epoch
    dated_from  integer,              -- the first date of an entry of the journal in this epoch; null: it has none
    dated_until integer               -- the last one
) strict;

create index epochs_last on epochs (last);

-- Orders -----------------------------------------------------------------------------------------------------------

-- What was said when orders were placed. Never changes.
create table orders (
    birth             integer primary key,
    order_id          text    not null,
    order_no          text    not null,
    member_id         text    not null,
    source            integer not null,  -- words: order_source
    product_id        text    not null,
    product_name      text    not null,
    product_type      text    not null,
    packages          integer not null,
    confirmation      integer not null,  -- words: confirmation
    placed_at         integer not null,
    amount            integer not null,  -- before discounts
    discounts         text,              -- JSON: [{"kind","amount"}], null: none
    payable           integer not null,
    supplier_id       text,
    purchase_cost_original integer not null,  -- the supplier's cost, or the quoted cost without one
    freight           integer not null,
    male_travellers    integer not null,
    female_travellers  integer not null,
    unknown_travellers integer not null
) strict;

-- The list of orders (newest first), and the ragged ends of the sales report.
create index orders_placed_at on orders (placed_at);
-- Its filters. Ids are not unique here: the log decides what is.
create index orders_order_id on orders (order_id);
create index orders_member_id on orders (member_id, placed_at);
create index orders_supplier_id on orders (supplier_id, placed_at) where supplier_id is not null;
create index orders_product_type on orders (product_type, placed_at);
create index orders_source on orders (source, placed_at);
-- What begins with a text is found here, with its place in the list beside it.
create index orders_order_no on orders (order_no, placed_at) /* include (birth) */;
create index orders_product_name on orders (product_name, placed_at) /* include (birth) */;

-- How orders stand now, and what each adds to the figures of reports.
create table order_states (
    birth             integer primary key,  -- of the order
    position          integer not null,     -- of the last event that touched it
    placed_at         integer not null,
    product_type      text    not null,
    supplier_id       text,
    supplier_name     text,
    status            integer not null,  -- words: order_status
    used_packages     integer not null,
    paid_at           integer,
    payment_id        text,
    payment_method    integer,  -- words: method
    payment_reference text,
    paid              integer not null,  -- P of the contract
    refunded_gross    integer not null,  -- G of the contract
    completed_at      integer,
    settlement_due_at integer,
    settled_at        integer,
    purchase_cost_now   integer not null,
    commission_cost_now integer not null,
    -- its settlement (reports.md §6): 'unsettled', 'settled', 'non_settleable'; null, and the amount 0, without a
    -- supplier or a payment
    settlement_state  integer,  -- words: settlement_state
    settlement_amount integer not null,
    -- its commissions together (§8): 'unsettled', 'settled', 'cancelled'; null, and the amount 0, without any over zero
    -- or a payment
    commission_state  integer,  -- words: commission_state
    commission_amount integer not null,
    -- what it adds to the figures of the sales report (§2) and to the accounts (accounting.md). Revenue and costs of
    -- the report are those of an order whose status is 'completed'; what a consumed order owes is accrued while its
    -- settlement is 'unsettled', and the platform's own where it has none
    paid_orders       integer not null,
    returned_orders   integer not null,
    consumed_orders   integer not null,
    sales_amount      integer not null,
    discount_amount   integer not null,
    prepaid_amount    integer not null,
    realised_amount   integer not null,
    refunded_amount   integer not null,
    refund_fee_amount integer not null,
    consumed_purchase_cost   integer not null,
    consumed_commission_cost integer not null,
    freight_expense          integer not null
) strict;

-- Filters of the list of orders.
create index order_states_status on order_states (status, placed_at);
create index order_states_payment_method on order_states (payment_method, placed_at) where payment_method is not null;
-- The list of settlements (newest payment first), its filters, and the ragged ends of the report of suppliers.
-- The time of the order is beside it for the last paid orders of a range, which are found without a look at the table.
create index order_states_paid_at on order_states (paid_at, birth, placed_at) where paid_at is not null;
create index order_states_settlement on order_states (settlement_state, paid_at) where settlement_state is not null;
-- What is paid and has a supplier has a settlement. Said so, these indexes name nothing that changes after the payment, and
-- the list is found by a name without a look at the table.
create index order_states_supplier on order_states (supplier_id, paid_at)
    where (supplier_id is not null and paid_at is not null);
create index order_states_settlement_type on order_states (product_type, paid_at)
    where (supplier_id is not null and paid_at is not null);
create index order_states_supplier_name on order_states (supplier_name, paid_at) /* include (birth) */
    where paid_at is not null;
-- Orders that were paid later than an hour after they were placed, and those that were not paid within three days: without
-- them the last paid orders of any range are found without a look at all that was paid later.
create index order_states_paid_at_late on order_states (paid_at, birth, placed_at)
    where (paid_at >= placed_at + 3600000000 and paid_at < placed_at + 259200000000);
create index order_states_paid_at_odd on order_states (paid_at, birth, placed_at)
    where (paid_at < placed_at or paid_at >= placed_at + 259200000000);

-- How orders stood after each of their events: what reports read of them.
create table order_versions (
    position          integer primary key,
    birth             integer not null,  -- of the order
    previous          integer,           -- the version before; null: this is the first
    status            integer not null,  -- words: order_status
    paid_at           integer,
    settlement_state  integer,  -- words: settlement_state
    settlement_amount integer not null,
    commission_state  integer,  -- words: commission_state
    commission_amount integer not null,
    paid_orders       integer not null,
    returned_orders   integer not null,
    consumed_orders   integer not null,
    sales_amount      integer not null,
    discount_amount   integer not null,
    prepaid_amount    integer not null,
    realised_amount   integer not null,
    refunded_amount   integer not null,
    refund_fee_amount integer not null,
    consumed_purchase_cost   integer not null,
    consumed_commission_cost integer not null,
    freight_expense          integer not null
) strict;

create index order_versions_birth on order_versions (birth, position);

-- What the orders placed in one hour, day, month or year add to the figures of the sales report, and to accounts.
create table sales_cells (
    grain             integer not null,
    start             integer not null,
    product_type      text    not null,
    orders            integer not null,
    paid_orders       integer not null,
    returned_orders   integer not null,
    awaiting_confirmation_orders      integer not null,
    awaiting_payment_orders           integer not null,
    closed_orders                     integer not null,
    paid_awaiting_confirmation_orders integer not null,
    awaiting_use_orders               integer not null,
    shipped_orders                    integer not null,
    completed_orders                  integer not null,
    refund_review_orders              integer not null,
    refunded_orders                   integer not null,
    awaiting_confirmation_amount      integer not null,
    awaiting_payment_amount           integer not null,
    closed_amount                     integer not null,
    paid_awaiting_confirmation_amount integer not null,
    awaiting_use_amount               integer not null,
    shipped_amount                    integer not null,
    completed_amount                  integer not null,
    refund_review_amount              integer not null,
    refunded_status_amount            integer not null,
    sales_amount      integer not null,
    discount_amount   integer not null,
    prepaid_amount    integer not null,
    realised_amount   integer not null,
    refunded_amount   integer not null,
    refund_fee_amount integer not null,
    revenue           integer not null,
    purchase_cost     integer not null,
    commission_cost   integer not null,
    freight_cost      integer not null,
    -- what accounts must show (accounting.md): costs of consumed orders, those of them that suppliers are accrued and
    -- those without a supplier; freight of consumed orders, and of all that were shipped or consumed
    consumed_purchase_cost   integer not null,
    accrued_purchase_cost    integer not null,
    own_purchase_cost        integer not null,
    consumed_commission_cost integer not null,
    consumed_freight         integer not null,
    freight_expense          integer not null,
    primary key (grain, start, product_type)
) without rowid, strict;

-- The same of all product types together, as far as the trend says it: read by the day over years, so its rows are short.
create table trend_cells (
    grain         integer not null,
    start         integer not null,
    orders        integer not null,
    paid_orders   integer not null,
    paid_amount   integer not null,
    unpaid_amount integer not null,
    primary key (grain, start)
) without rowid, strict;

-- Where the orders placed in one hour, day, month or year came from, and who travels (§10).
create table source_cells (
    grain              integer not null,
    start              integer not null,
    source             integer not null,  -- words: order_source
    orders             integer not null,
    male_travellers    integer not null,
    female_travellers  integer not null,
    unknown_travellers integer not null,
    primary key (grain, start, source)
) without rowid, strict;

-- Completed orders, as they stood at that moment (§3). Later refunds change nothing here.
create table verifications (
    position     integer primary key,
    order_birth  integer not null,
    completed_at integer not null,
    product_type text    not null,
    packages     integer not null,  -- the order's own number
    amount       integer not null,  -- what was left of the payment
    cost         integer not null   -- purchase, commissions and freight
) strict;

create index verifications_completed_at on verifications (completed_at);

create table verification_cells (
    grain        integer not null,
    start        integer not null,
    product_type text    not null,
    orders       integer not null,
    packages     integer not null,
    amount       integer not null,
    cost         integer not null,
    primary key (grain, start, product_type)
) without rowid, strict;

-- Refunds of orders, as decided now (§4).
create table refunds (
    order_birth  integer not null,
    ordinal      integer not null,  -- the how-manieth refund of its order, from 0
    refund_id    text    not null,
    requested_at integer not null,
    product_type text    not null,
    amount       integer not null,
    fee          integer not null,
    decided_at   integer,
    state        integer not null,  -- words: refund_state
    method       integer,  -- words: method; how it was paid back; null before
    primary key (order_birth, ordinal)
) without rowid, strict;

create index refunds_requested_at on refunds (requested_at);
create index refunds_state on refunds (state, requested_at);
create index refunds_product_type on refunds (product_type, requested_at);
create index refunds_refund_id on refunds (refund_id);

-- How refunds stood after each of their events.
create table refund_versions (
    position     integer primary key,
    order_birth  integer not null,
    ordinal      integer not null,
    previous     integer,
    decided_at   integer,
    state        integer not null  -- words: refund_state
) strict;

create index refund_versions_refund on refund_versions (order_birth, ordinal, position);

create table refund_cells (
    grain             integer not null,
    start             integer not null,
    product_type      text    not null,
    requests          integer not null,
    requested_amount  integer not null,
    in_review         integer not null,
    rejected          integer not null,
    completed         integer not null,
    refund_fee_amount integer not null,
    refunded_amount   integer not null,
    primary key (grain, start, product_type)
) without rowid, strict;

-- Settlements of the orders paid in one hour, day, month or year, as they stand now (§6). Those of one supplier have
-- only days and months: there are few of one.
create table settlement_cells (
    grain                 integer not null,
    start                 integer not null,
    supplier_id           text    not null,  -- '': all suppliers together
    product_type          text    not null,
    unsettled_orders      integer not null,
    unsettled_amount      integer not null,
    settled_orders        integer not null,
    settled_amount        integer not null,
    non_settleable_orders integer not null,
    non_settleable_amount integer not null,
    primary key (grain, supplier_id, start, product_type)
) without rowid, strict;

-- Commissions --------------------------------------------------------------------------------------------------------

-- What distributors earn by orders: one row for each line of an order, as it stands now (§8).
create table commissions (
    order_birth      integer not null,
    line             integer not null,  -- the how-manieth line of its order, from 0
    placed_at        integer not null,
    product_type     text    not null,
    distributor_id   text    not null,
    distributor_name text    not null,
    original_amount  integer not null,
    -- 1 for the first line over 0 of its distributor in its order, else 0: their sum is a number of orders
    counts           integer not null,
    state            integer,  -- words: commission_state; null while the order is not paid
    amount           integer not null,  -- as it is now; of a cancelled one the original
    settled_at       integer,
    primary key (order_birth, line)
) without rowid, strict;

-- The list of commissions (newest order first), its filters, and the ragged ends of the report. SQLite looks at the
-- condition of an index again: with the amount beside it, it need not look at the table for that.
create index commissions_placed_at on commissions (placed_at, order_birth, line, original_amount)
    where original_amount > 0;
create index commissions_state on commissions (state, placed_at, order_birth, line, original_amount)
    where original_amount > 0;
create index commissions_product_type on commissions (product_type, placed_at, order_birth, line, original_amount)
    where original_amount > 0;
create index commissions_distributor_id on commissions (distributor_id, placed_at) where original_amount > 0;
-- Of one name there are many: the list is found without a look at the table, and what it leaves out is not among them.
create index commissions_distributor_name
    on commissions (distributor_name, placed_at, original_amount, state, order_birth, line)
    where (original_amount > 0 and state is not null);

-- How lines stood after each event of their orders from the payment on: without a version, the order was not paid yet.
create table commission_versions (
    position    integer not null,
    order_birth integer not null,
    line        integer not null,
    previous    integer,
    state       integer,  -- words: commission_state
    amount      integer not null,
    primary key (position, line)
) without rowid, strict;

create index commission_versions_line on commission_versions (order_birth, line, position);

-- Commission orders placed in one hour, day, month or year, as they stand now. Those of one distributor have only days
-- and months.
create table commission_cells (
    grain            integer not null,
    start            integer not null,
    distributor_id   text    not null,  -- '': all distributors together
    product_type     text    not null,
    unsettled_orders integer not null,
    unsettled_amount integer not null,
    settled_orders   integer not null,
    settled_amount   integer not null,
    cancelled_orders integer not null,
    cancelled_amount integer not null,
    primary key (grain, distributor_id, start, product_type)
) without rowid, strict;

-- Cash -----------------------------------------------------------------------------------------------------------------

-- Money that moved outside, entry by entry (§5). One event makes at most one entry.
create table cash_entries (
    position    integer primary key,
    occurred_at integer not null,
    kind        integer not null,  -- words: cash_kind
    method      integer not null,  -- words: method
    amount      integer not null,
    source_id   text,              -- the payment or withdrawal; null: the order
    order_birth integer,
    reference   text
) strict;

-- The lists of income and expense (newest first), and the ragged ends of ranges.
create index cash_entries_kind on cash_entries (kind, occurred_at);
create index cash_entries_method on cash_entries (method, kind, occurred_at);
create index cash_entries_order_birth on cash_entries (order_birth) where order_birth is not null;
create index cash_entries_source_id on cash_entries (source_id) where source_id is not null;
create index cash_entries_reference on cash_entries ((position >> 19), reference, occurred_at)
    where reference is not null;

create table cash_cells (
    grain   integer not null,
    start   integer not null,
    kind    integer not null,  -- words: cash_kind
    method  integer not null,  -- words: method
    entries integer not null,
    amount  integer not null,
    primary key (grain, start, kind, method)
) without rowid, strict;

-- Withdrawals ----------------------------------------------------------------------------------------------------------

-- Withdrawals, as decided now (§7).
create table withdrawals (
    birth         integer primary key,
    withdrawal_id text    not null,
    requested_at  integer not null,
    payee_kind    integer not null,  -- words: payee_kind
    payee_id      text    not null,
    payee_name    text    not null,
    payee_phone   text,
    amount        integer not null,
    method        integer not null,  -- words: withdrawal_method
    account       text    not null,
    state         integer not null,  -- words: withdrawal_state
    decided_at    integer,
    reference     text,
    reason        text
) strict;

create index withdrawals_requested_at on withdrawals (requested_at);
create index withdrawals_payee_kind on withdrawals (payee_kind, requested_at);
create index withdrawals_state on withdrawals (state, requested_at);
create index withdrawals_method on withdrawals (method, requested_at);
create index withdrawals_withdrawal_id on withdrawals (withdrawal_id);
create index withdrawals_payee_id on withdrawals (payee_id, requested_at);
create index withdrawals_payee_name on withdrawals (payee_name, requested_at);
create index withdrawals_payee_phone on withdrawals (payee_phone, requested_at) where payee_phone is not null;

-- How withdrawals stood after each of their events.
create table withdrawal_versions (
    position integer primary key,
    birth    integer not null,
    previous integer,
    state    integer not null  -- words: withdrawal_state
) strict;

create index withdrawal_versions_birth on withdrawal_versions (birth, position);

-- Withdrawals requested in one hour, day, month or year, by how they stand now. A decision moves them to another cell; one
-- that all have left stays, with zeros.
create table withdrawal_cells (
    grain       integer not null,
    start       integer not null,
    payee_kind  integer not null,  -- words: payee_kind
    method      integer not null,  -- words: withdrawal_method
    state       integer not null,  -- words: withdrawal_state
    withdrawals integer not null,
    amount      integer not null,
    primary key (grain, start, payee_kind, method, state)
) without rowid, strict;

-- Members and their balances -----------------------------------------------------------------------------------------

-- What was said when members registered. Never changes.
create table members (
    birth         integer primary key,
    member_id     text    not null,
    phone         text    not null,
    gender        integer not null,  -- words: gender
    registered_at integer not null
) strict;

create index members_member_id on members (member_id);
create index members_phone on members ((birth >> 19), phone);
create index members_registered_at on members (registered_at);

-- Members registered in one hour, day, month or year (§10).
create table member_cells (
    grain   integer not null,
    start   integer not null,
    members integer not null,
    primary key (grain, start)
) without rowid, strict;

-- What moved balances, entry by entry (§9). One event makes at most one entry.
create table balance_entries (
    position         integer primary key,
    occurred_at      integer not null,
    member_birth     integer not null,
    kind             integer not null,  -- words: balance_kind
    change           integer not null,  -- with its sign
    balance_after    integer not null,
    payment_id       text,              -- what it came from, where that is a payment,
    order_birth      integer,           -- an order,
    withdrawal_birth integer            -- or a withdrawal
) strict;

create index balance_entries_kind on balance_entries (kind, occurred_at);
create index balance_entries_member_birth on balance_entries (member_birth, occurred_at);
create index balance_entries_payment_id on balance_entries (payment_id) where payment_id is not null;
create index balance_entries_order_birth on balance_entries (order_birth) where order_birth is not null;
create index balance_entries_withdrawal_birth on balance_entries (withdrawal_birth) where withdrawal_birth is not null;

create table balance_cells (
    grain   integer not null,
    start   integer not null,
    kind    integer not null,  -- words: balance_kind
    entries integer not null,
    change  integer not null,  -- with its sign
    primary key (grain, start, kind)
) without rowid, strict;

-- The journal --------------------------------------------------------------------------------------------------------

-- Entries of the journal (accounting.md): what one event posts. Most entries have two to six lines.
create table journal_entries (
    position integer primary key,
    date     integer not null,  -- its date: an instant
    kind     integer not null,  -- words: journal_kind; what happened, and so to what
    birth    integer not null,  -- of what it happened to: an order, a member, a payment or a withdrawal
    accounts integer not null   -- bit n is set when it has a line on account n
) strict;

create index journal_entries_date on journal_entries (date);

-- Its lines, at most one for each account. The balance of an account after a line is what stood at the end of the last
-- epoch, and the lines since.
create table journal_lines (
    account  integer not null,  -- the number of the account
    position integer not null,  -- of the entry
    amount   integer not null,  -- a debit is over 0, a credit below
    primary key (account, position)
) without rowid, strict;

-- What of a line lies below zero in the funds of a supplier or distributor: vouchers show it as a receivable. One row for
-- each event that takes funds further below zero, or back up, which is rare.
create table journal_below_zero (
    entry    integer not null,  -- the position of the entry that posts for it
    position integer not null,  -- of the event
    account  integer not null,  -- the number of the account of the line
    amount   integer not null,  -- of the line: a debit is over 0, a credit below
    primary key (entry, position)
) without rowid, strict;

-- The numbers and names that were set for accounts, each time that they were set. The last row counts.
create table account_settings (
    position integer primary key,
    accounts text    not null  -- JSON: {code: {"number", "name"}} of those that were set
) strict;

-- Debits and credits of each account, by the dates of their entries.
create table journal_cells (
    grain   integer not null,
    start   integer not null,
    account integer not null,
    lines   integer not null,
    debit   integer not null,
    credit  integer not null,
    primary key (grain, start, account)
) without rowid, strict;

-- Debits and credits of each account at the end of each epoch in which it had lines: all of them until then. And those of
-- all accounts together: an epoch after which its debits are not its credits has an entry that is not in balance.
create table account_totals (
    account integer not null,  -- 0: all accounts together
    epoch   integer not null,
    debit   integer not null,
    credit  integer not null,
    primary key (account, epoch)
) without rowid, strict;

-- Parked events ------------------------------------------------------------------------------------------------------

-- Every event that was ever parked, as it stands now.
create table parked_events (
    birth      integer primary key,
    parked_at  integer not null,
    event      text    not null,  -- the CloudEvent as published: JSON
    event_id   text    not null,  -- its id
    -- what it says of money that moved outside, and is in no account before it is released (accounting.md): null where
    -- it says nothing of that, or does not say how, or how much
    direction  integer,  -- words: direction
    method     integer,  -- words: method
    amount     integer,
    waits_for  text    not null,  -- 'order', 'member', 'payment'
    awaited_id text    not null,  -- the id of what it waits for
    state      integer not null,  -- words: parked_state
    code       text,              -- with which it was rejected in the end
    released   integer            -- the position of the event that released it; null: it is not recorded
) strict;

create index parked_events_parked_at on parked_events (parked_at);
create index parked_events_state on parked_events (state, parked_at);
create index parked_events_event_id on parked_events (event_id);
create index parked_events_awaited_id on parked_events (awaited_id, parked_at);
-- Money that is not booked, now and in the past: what was released later was not booked then.
create index parked_events_unbooked on parked_events (birth) where (direction is not null and released is null);
create index parked_events_booked on parked_events (released)
    where (direction is not null and released is not null);
