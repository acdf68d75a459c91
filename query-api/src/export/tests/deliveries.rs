//! What a reader gets, and when: headers, broken transfers, and never more memory than a few chunks.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

use super::*;

const FORMATS: [FileFormat; 2] = [FileFormat::Csv, FileFormat::Xlsx];
/// Rows that fill a few dozen chunks.
const MANY: i64 = 10_000;

fn failure() -> Problem {
    Problem::new(StatusCode::IM_A_TEAPOT, "teapot", "no tea")
}

fn sales(format: FileFormat) -> Export {
    export(&SALES, format, Lang::Zh)
}

#[tokio::test]
async fn headers_say_what_is_coming() {
    let csv = sales(FileFormat::Csv).answer(write_sales).await.unwrap();
    assert_eq!(csv.status(), StatusCode::OK);
    assert_eq!(csv.headers()[CONTENT_TYPE], "text/csv; charset=utf-8");
    assert_eq!(csv.headers()[CACHE_CONTROL], "no-store");
    assert_eq!(csv.headers()[LEDGER_POSITION], "1204");
    assert_eq!(
        csv.headers()[CONTENT_DISPOSITION],
        "attachment; filename=\"sales_2026-11-01_2026-11-30.csv\"; \
         filename*=UTF-8''%E9%94%80%E5%94%AE%E7%BB%9F%E8%AE%A1_2026-11-01_2026-11-30.csv"
    );
    let xlsx = sales(FileFormat::Xlsx).answer(write_sales).await.unwrap();
    let length: usize = xlsx.headers()[CONTENT_LENGTH].to_str().unwrap().parse().unwrap();
    assert_eq!(xlsx.headers()[CONTENT_TYPE], FileFormat::Xlsx.media_type());
    assert_eq!(read(xlsx.into_body()).await.len(), length);
}

#[tokio::test]
async fn what_fails_before_anything_is_sent_is_a_problem() {
    for format in FORMATS {
        let early = sales(format).answer(async |_| Err(failure())).await.unwrap_err();
        let late = sales(format).answer(async |file| write_long(file, 10).await.and(Err(failure()))).await;
        assert_eq!((early.code(), late.unwrap_err().code()), ("teapot", "teapot"));
    }
    let long = async |file| write_long(file, MANY).await.and(Err(failure()));
    assert_eq!(sales(FileFormat::Xlsx).answer(long).await.unwrap_err().code(), "teapot");
}

#[tokio::test]
async fn a_writer_that_panics_makes_no_file() {
    let panicking = async |file| match write_long(file, 10).await {
        Ok(_) => panic!("as the test wants it"),
        Err(problem) => Err(problem),
    };
    for format in FORMATS {
        assert_eq!(sales(format).answer(panicking).await.unwrap_err().code(), "internal");
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_completed_breaks_the_transfer() {
    let csv = sales(FileFormat::Csv).answer(async |file| write_long(file, MANY).await.and(Err(failure())));
    let error = csv.await.unwrap().into_body().collect().await.unwrap_err();
    assert_eq!(error.to_string(), "the export broke off: no tea");
}

/// All that a server sends to a client that asks for `/`.
async fn over_the_network(answer: impl FnOnce() -> Response + Clone + Send + Sync + 'static) -> String {
    let router = Router::new().route("/", get(async move || answer()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    client.write_all(b"GET / HTTP/1.1\r\nHost: ledger\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut seen = Vec::new();
    client.read_to_end(&mut seen).await.unwrap();
    server.abort();
    String::from_utf8_lossy(&seen).into_owned()
}

#[tokio::test]
async fn a_client_sees_whether_a_file_is_whole() {
    const LAST_CHUNK: &str = "\r\n0\r\n\r\n";
    async fn answer(rows: i64, fails: bool) -> Response {
        let write = async move |file| {
            let file = write_long(file, rows).await?;
            if fails { Err(failure()) } else { Ok(file.finish().await?) }
        };
        sales(FileFormat::Csv).answer(write).await.unwrap_or_else(IntoResponse::into_response)
    }
    for fails in [false, true] {
        let slot = Arc::new(std::sync::Mutex::new(Some(answer(MANY, fails).await)));
        let seen = over_the_network(move || slot.lock().unwrap().take().unwrap()).await;
        assert!(seen.starts_with("HTTP/1.1 200 OK\r\n") && seen.contains("transfer-encoding: chunked\r\n"));
        assert!(seen.len() > 100_000, "{} bytes", seen.len());
        assert_eq!(seen.ends_with(LAST_CHUNK), !fails);
    }
}

/// Counts rows as they are written, and takes a million off when the writer is dropped.
struct Count(Arc<AtomicI64>);

impl Drop for Count {
    fn drop(&mut self) {
        self.0.fetch_sub(1_000_000, Ordering::Relaxed);
    }
}

/// A CSV of endless rows, and how many of them are written.
async fn endless() -> (Response, Arc<AtomicI64>) {
    let written = Arc::new(AtomicI64::new(0));
    let count = Count(written.clone());
    let write = async move |mut file: Writer| {
        let filling = "票".repeat(60);
        let mut rows = file.table(&BY_TYPE).await?;
        loop {
            rows.row().await?.text(filling.as_str()).count(count.0.fetch_add(1, Ordering::Relaxed));
        }
    };
    (sales(FileFormat::Csv).answer(write).await.unwrap(), written)
}

/// Lets all other tasks do what they can without being waited for.
async fn settle() {
    for _ in 0..1_000 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn rows_are_written_no_further_ahead_than_a_few_chunks() {
    let (response, written) = endless().await;
    settle().await;
    // Six chunks of 64 KiB: the first one, four that wait, and the one that finds no room. A row has 183 bytes and more.
    let ahead = written.load(Ordering::Relaxed);
    assert!((1_000..6 * 65_536 / 183).contains(&ahead), "{ahead} rows");
    let mut body = response.into_body();
    for _ in 0..10 {
        body.frame().await.unwrap().unwrap();
    }
    settle().await;
    assert!((2 * ahead..3 * ahead).contains(&written.load(Ordering::Relaxed)));
}

#[tokio::test]
async fn a_reader_that_goes_away_ends_the_writer() {
    let (response, written) = endless().await;
    assert!(written.load(Ordering::Relaxed) > 0);
    drop(response);
    settle().await;
    assert!(written.load(Ordering::Relaxed) < 0);
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_stands_still_is_given_up() {
    let (response, written) = endless().await;
    // The clock is paused: it moves on as soon as nothing else does.
    tokio::time::sleep(Duration::from_secs(61)).await;
    assert!(written.load(Ordering::Relaxed) < 0);
    let error = response.into_body().collect().await.unwrap_err();
    assert_eq!(error.to_string(), "the export broke off: nobody takes the export any more");
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_takes_too_long_altogether_is_given_up() {
    let began = Instant::now();
    let (response, written) = endless().await;
    let mut body = response.into_body();
    let error = loop {
        // Soon enough for each chunk: there is room for another one with the second that is taken.
        tokio::time::sleep(Duration::from_secs(25)).await;
        if let Err(error) = body.frame().await.unwrap() {
            break error;
        }
    };
    assert_eq!(error.to_string(), "the export broke off: nobody takes the export any more");
    assert!(written.load(Ordering::Relaxed) < 0);
    // It still gets the chunks that wait for it.
    let took = began.elapsed();
    assert!((Duration::from_hours(1)..Duration::from_mins(66)).contains(&took), "{took:?}");
}
