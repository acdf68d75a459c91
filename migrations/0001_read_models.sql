-- The read models: what reports and lists are answered from. All of it is derived from the log and can be rebuilt.
--
-- Money is in minor units (fen), an instant in microseconds since 1970-01-01T00:00:00Z. An entity is keyed by its
-- birth: the position of the event that created it. Reports read *cells*, which add up what orders or cash entries
-- add to each figure in one local hour, day or month; a range of time is whole months, days and hours, and the rows
-- themselves in the two hours at its ragged ends.
--
-- The tables are strict: a sum that leaves 64 bits is an error, which stops the projector, and never a rounded number.

-- How far the read models are, written in the same transaction as every change of them.
create table checkpoint (
    one         integer primary key check (one = 1),
    log_id      blob    not null,  -- the log they are derived from
    position    integer not null,  -- the last event they reflect
    root        blob    not null,  -- the root of the log's tree at that position
    recorded_at integer not null,  -- when that event was recorded
    currency    text    not null,
    time_zone   text    not null   -- in which days and months are counted
) strict;

-- Orders, as they stand now: the immutable facts, the state, and what each adds to the figures of the sales report.
create table orders (
    birth             integer primary key,
    position          integer not null,  -- of the last event that touched it
    order_id          text    not null,
    order_no          text    not null,
    member_id         text    not null,
    source            text    not null,
    product_id        text    not null,
    product_name      text    not null,
    product_type      text    not null,
    packages          integer not null,
    confirmation      text    not null,
    placed_at         integer not null,
    amount            integer not null,  -- before discounts
    discounts         text,              -- JSON: [{"kind","amount"}], null: none
    payable           integer not null,
    supplier_id       text,
    supplier_name     text,
    purchase_cost_original integer not null,  -- the supplier's cost, or the quoted cost without one
    freight           integer not null,
    commissions       text,              -- JSON: [{"distributor_id","distributor_name","amount"}], null: none
    male_travellers    integer not null,
    female_travellers  integer not null,
    unknown_travellers integer not null,
    -- state
    status            text    not null,
    used_packages     integer not null,
    paid_at           integer,
    payment_id        text,
    payment_method    text,
    payment_reference text,
    paid              integer not null,  -- P of the contract
    refunded_gross    integer not null,  -- G of the contract
    completed_at      integer,
    settlement_due_at integer,
    settled_at        integer,
    purchase_cost_now   integer not null,
    commission_cost_now integer not null,
    -- what it adds to the figures of the sales report (reports.md §2)
    paid_orders       integer not null,
    returned_orders   integer not null,
    sales_amount      integer not null,
    discount_amount   integer not null,
    prepaid_amount    integer not null,
    realised_amount   integer not null,
    refunded_amount   integer not null,
    refund_fee_amount integer not null,
    revenue           integer not null,
    purchase_cost     integer not null,
    commission_cost   integer not null,
    freight_cost      integer not null
) strict;

-- The list of orders (newest first), and the ragged ends of ranges.
create index orders_placed_at on orders (placed_at);
-- One order by its id. It stays an ordinary index: the log decides what is unique.
create index orders_order_id on orders (order_id);
create index orders_order_no on orders (order_no);

-- Refunds of orders, as decided now.
create table refunds (
    order_birth  integer not null,
    ordinal      integer not null,  -- the how-manieth refund of its order, from 0
    refund_id    text    not null,
    requested_at integer not null,
    decided_at   integer,
    amount       integer not null,
    fee          integer not null,
    state        text    not null,
    method       text,              -- how it was paid back; null before
    primary key (order_birth, ordinal)
) without rowid, strict;

-- What the orders placed in one local hour, day or month add to the figures of the sales report, by product type.
-- The three tables are alike; `start` is the instant at which the hour, day or month begins.
create table sales_hour (
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
    primary key (start, product_type)
) without rowid, strict;

create table sales_day (
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
    primary key (start, product_type)
) without rowid, strict;

create table sales_month (
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
    primary key (start, product_type)
) without rowid, strict;

-- Money that moved outside, entry by entry. One event makes at most one entry.
create table cash_entries (
    position    integer primary key,
    occurred_at integer not null,
    direction   text    not null,
    kind        text    not null,
    method      text    not null,
    amount      integer not null,
    source_id   text    not null,  -- the order, payment or withdrawal
    order_birth integer,
    order_id    text,
    order_no    text,
    reference   text
) strict;

-- The lists of income and expense (newest first), and the ragged ends of ranges.
create index cash_entries_occurred_at on cash_entries (direction, occurred_at);
-- The entries of one order.
create index cash_entries_order_birth on cash_entries (order_birth) where order_birth is not null;

-- Cash entries in one local hour, day or month, by kind and method.
create table cash_hour (
    start   integer not null,
    kind    text    not null,
    method  text    not null,
    entries integer not null,
    amount  integer not null,
    primary key (start, kind, method)
) without rowid, strict;

create table cash_day (
    start   integer not null,
    kind    text    not null,
    method  text    not null,
    entries integer not null,
    amount  integer not null,
    primary key (start, kind, method)
) without rowid, strict;

create table cash_month (
    start   integer not null,
    kind    text    not null,
    method  text    not null,
    entries integer not null,
    amount  integer not null,
    primary key (start, kind, method)
) without rowid, strict;
