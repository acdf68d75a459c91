//! x
use std::time::Instant;
use events_schema::*;
use events_schema::terms::*;
use crate::fixture::*;
use crate::range::Range;
use crate::reports::*;
use sqlx::ConnectOptions;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn perf() {
    let path = std::path::Path::new("/tmp/perf.sqlite");
    if !path.exists() {
        let mut w = sqlx::sqlite::SqliteConnectOptions::new().filename(path).create_if_missing(true)
            .journal_mode(sqlx::sqlite::SqliteJournalMode::Wal).connect().await.unwrap();
        let w = &mut w;
        sqlx::raw_sql(include_str!("../../migrations/0001_read_models.sql")).execute(&mut *w).await.unwrap();
        let n = 3_000_000;
        let step = 31_536_000_000_000i64 / n; // one year
        let st = OrderStatus::NAMES.iter().enumerate().map(|(i, s)| format!("when {i} then '{s}'")).collect::<Vec<_>>().join(" ");
        let m = MONEY.iter().map(|m| m.to_string()).collect::<Vec<_>>().join(", ");
        let sql = format!("insert into checkpoint values (1, x'00', 9, x'00', 0, 'CNY', 'Asia/Shanghai');
        insert into orders (birth, position, order_id, order_no, member_id, source, product_id, product_name, product_type, packages, confirmation,
          placed_at, amount, payable, purchase_cost_original, freight, male_travellers, female_travellers, unknown_travellers, status, used_packages,
          paid, refunded_gross, purchase_cost_now, commission_cost_now, paid_orders, returned_orders, {m})
        with recursive c(i) as (select 1 union all select i+1 from c where i < {n})
        select i*5, i*5, 'O-' || i, '20261101' || i, 'member-' || (i % 5000), 'pc', 'p1', '长城一日游', 'type' || (i % 8), 1, 'none',
          1735660800000000 + i * {step}, 100, 90, 50, 1, 1,1,1, case i % 9 {st} end, 0, 90, 0, 40, 3, i % 9 > 2, 0, 100,10,20,30,40,50,60,70,80,90 from c;
        ");
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut *w).await.unwrap();
        let sums = OrderStatus::NAMES.iter().map(|s| format!("sum(status='{s}')")).chain(OrderStatus::NAMES.iter().map(|s| format!("sum((status='{s}')*payable)"))).chain(MONEY.iter().map(|m| format!("sum({m})"))).collect::<Vec<_>>().join(", ");
        for (t, fmt) in [("hour", "%Y-%m-%d %H:00:00"), ("day", "%Y-%m-%d 00:00:00"), ("month", "%Y-%m-01 00:00:00")] {
            let sql = format!("insert into sales_{t} select (unixepoch(strftime('{fmt}', placed_at/1000000 + 28800, 'unixepoch')) - 28800) * 1000000 as s, product_type, count(*), sum(paid_orders), 0, {sums} from orders group by s, product_type");
            sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut *w).await.unwrap();
        }
        let kinds = CashKind::NAMES.iter().enumerate().map(|(i, s)| format!("when {i} then '{s}'")).collect::<Vec<_>>().join(" ");
        let methods = Method::NAMES.iter().take(7).enumerate().map(|(i, s)| format!("when {i} then '{s}'")).collect::<Vec<_>>().join(" ");
        let sql = format!("insert into cash_entries select birth, placed_at, case when birth/5 % 11 < 4 then 'income' else 'expense' end, case birth/5 % 11 {kinds} end, case birth/5 % 7 {methods} end, 5, order_id, birth, order_id, order_no, null from orders");
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut *w).await.unwrap();
        for (t, fmt) in [("hour", "%Y-%m-%d %H:00:00"), ("day", "%Y-%m-%d 00:00:00"), ("month", "%Y-%m-01 00:00:00")] {
            let sql = format!("insert into cash_{t} select (unixepoch(strftime('{fmt}', occurred_at/1000000 + 28800, 'unixepoch')) - 28800) * 1000000 as s, kind, method, count(*), sum(amount) from cash_entries group by 1, 2, 3");
            sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut *w).await.unwrap();
        }
        sqlx::raw_sql("pragma wal_checkpoint(truncate)").execute(&mut *w).await.unwrap();
    }
    let models = crate::ReadModels::open(path).await.unwrap();
    let at = |s: &str| s.parse::<Timestamp>().unwrap();
    for (name, a, b) in [
        ("year", "2025-01-01T00:00:00+08:00", "2026-01-01T00:00:00+08:00"),
        ("year days", "2025-01-17T00:00:00+08:00", "2025-12-17T00:00:00+08:00"),
        ("year hours", "2025-01-17T13:00:00+08:00", "2025-12-17T12:00:00+08:00"),
        ("year ragged", "2025-01-02T01:00:01+08:00", "2025-12-30T22:59:59+08:00"),
        ("day", "2025-05-17T00:00:00+08:00", "2025-05-18T00:00:00+08:00"),
    ] {
        let range = Range::new(at(a), at(b));
        for what in ["begin", "sales", "sales1", "trend", "cash"] {
            let mut times = vec![];
            for _ in 0..400 {
                let t = Instant::now();
                let mut s = models.begin().await.unwrap();
                match what {
                    "sales" => { let r = sales::read(&mut s, range, None).await.unwrap(); std::hint::black_box(serde_json::to_vec(&r).unwrap()); }
                    "sales1" => { sales::read(&mut s, range, Some(&"type3".parse().unwrap())).await.unwrap(); }
                    "trend" => { let r = trend::read(&mut s, range, trend::Step::Day, None).await.unwrap();  std::hint::black_box(serde_json::to_vec(&r).unwrap());}
                    "cash" => { cash::read(&mut s, range).await.unwrap(); }
                    _ => {}
                }
                drop(s);
                times.push(t.elapsed().as_micros());
            }
            times.sort();
            println!("{name:12} {what:8} p50 {} p99 {} us", times[200], times[395]);
        }
    }
}
