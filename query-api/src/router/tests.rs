//! The whole service, called without a network.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::DefaultBodyLimit;
use axum::http::header::{ALLOW, AUTHORIZATION, CONTENT_TYPE, LOCATION, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, Request, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::routing::post;
use events_schema::Position;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::watch;
use tower::ServiceExt;
use utoipa::openapi::OpenApiBuilder;

use crate::auth::{Caller, Gate, Permission, Role, Tokens, require};
use crate::extract::ValidJson;
use crate::fixture::{self, Engine, Ledger, projected, random_orders};
use crate::problem::PROBLEM_JSON;
use crate::{LEDGER_POSITION, Lag, Projected, ProjectorState, Readiness, State, router};

/// The administrator's token.
const ADMIN: &str = "secret";
/// Longest body of the write route of these tests.
const BODY_BYTES_MAX: usize = 64;

/// The service over a small ledger.
struct Service {
    app: Router,
    tokens: Tokens,
    projector: watch::Sender<Projected>,
    /// The read models and the tokens, until the end.
    places: (Ledger, TempDir),
}

/// What the service answered.
struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

impl Reply {
    fn code(&self) -> &str {
        assert_eq!(self.headers[CONTENT_TYPE], PROBLEM_JSON, "{}", self.body);
        self.body["code"].as_str().unwrap()
    }
}

impl Service {
    async fn new() -> Self {
        let orders = random_orders(21, 5, 1_762_000_000_000_000, 1_762_000_000_000_001);
        let ledger = Ledger::with(Engine::Sqlite, "Asia/Shanghai", &orders, &[]).await;
        let directory = tempfile::tempdir().unwrap();
        let (projector, projected) = watch::channel(projected(1_000_000));
        let tokens = Tokens::open(directory.path(), Some(ADMIN)).unwrap().tokens;
        let state = State {
            read_models: ledger.read_models().await,
            projected: projected.clone(),
            resolver: fixture::resolver(),
            tokens: tokens.clone(),
            ready: Arc::new(move || Readiness {
                lag: Lag { events: 3, seconds: 2 },
                ready: match projected.borrow().state {
                    ProjectorState::Running => Ok(()),
                    ProjectorState::Stopped { .. } => Err("the projector stopped".to_owned()),
                },
            }),
            metrics: Arc::new(|| "ledger_up 1\n".to_owned()),
            stopping: watch::channel(false).1,
            readers: None,
            demo: false,
        };
        let publish = |caller: Caller, ValidJson(body): ValidJson<Value>| async move {
            format!("{}{body}", caller.name)
        };
        let write = Router::new()
            .route("/v1/events", post(publish))
            .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
            .route_layer(from_fn_with_state(Gate::new(tokens.clone(), Permission::Publish), require));
        let app = router(state, write, OpenApiBuilder::new().build(), serde_json::Map::new()).unwrap();
        Self { app, tokens, projector, places: (ledger, directory) }
    }

    fn token(&self, role: Role) -> String {
        self.tokens.create(role.as_str().parse().unwrap(), role, None).unwrap().1
    }

    async fn call(&self, method: &str, path: &str, token: &str, body: Option<Value>) -> Reply {
        let mut request = Request::builder().method(method).uri(path);
        if !token.is_empty() {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        if body.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let response = self.app.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Reply { status, headers, body: serde_json::from_slice(&bytes).unwrap_or(Value::String(text)) }
    }

    async fn get(&self, path: &str) -> Reply {
        self.call("GET", path, ADMIN, None).await
    }
}

#[tokio::test]
async fn each_role_reaches_what_it_may_and_nothing_else() {
    let service = Service::new().await;
    let routes = [
        ("POST", "/v1/events"),
        ("GET", "/v1/reports/sales"),
        ("GET", "/v1/reports/sales/trend"),
        ("GET", "/v1/reports/cash"),
        ("GET", "/v1/reports/screen"),
        ("GET", "/v1/stream"),
        ("GET", "/v1/orders"),
        ("GET", "/v1/orders/O-1"),
        ("GET", "/v1/cash-entries"),
        ("GET", "/v1/audit/tie-outs"),
        ("GET", "/v1/tokens"),
    ];
    for (role, reached) in [
        (Role::Publisher, "y----------"),
        (Role::Finance, "-yyyyyyyyy-"),
        (Role::Auditor, "-yyyyyyyyy-"),
        (Role::Viewer, "-yyyyy-----"),
        (Role::Screen, "----yy-----"),
        (Role::Admin, "yyyyyyyyyyy"),
    ] {
        let token = if role == Role::Admin { ADMIN.to_owned() } else { service.token(role) };
        for ((method, path), may) in routes.into_iter().zip(reached.chars()) {
            let reply = service.call(method, path, &token, (method == "POST").then(|| json!({}))).await;
            let expected = if may == 'y' { StatusCode::OK } else { StatusCode::FORBIDDEN };
            assert_eq!(reply.status, expected, "{role} {method} {path}: {}", reply.body);
            if may == '-' {
                assert_eq!(reply.code(), "forbidden");
            }
        }
    }
}

#[tokio::test]
async fn without_a_valid_token_nothing_is_read_not_even_the_request() {
    let service = Service::new().await;
    for token in ["", "wrong", "secret2"] {
        for path in ["/v1/reports/sales?from=nonsense", "/v1/orders/O-1", "/v1/tokens"] {
            let reply = service.call("GET", path, token, None).await;
            assert_eq!((reply.status.as_u16(), reply.code()), (401, "unauthorized"), "{path}");
            assert_eq!(reply.headers[WWW_AUTHENTICATE], "Bearer");
        }
    }
}

#[tokio::test]
async fn a_token_is_made_used_listed_and_revoked() {
    let service = Service::new().await;
    let new = json!({"name": "shop", "role": "viewer", "expires_at": "2999-01-01T00:00:00+08:00"});
    let made = service.call("POST", "/v1/tokens", ADMIN, Some(new.clone())).await;
    assert_eq!(made.status, StatusCode::CREATED);
    assert_eq!((&made.body["name"], &made.body["role"]), (&"shop".into(), &"viewer".into()));
    let (id, token) = (made.body["id"].as_str().unwrap(), made.body["token"].as_str().unwrap());
    assert_eq!(service.call("POST", "/v1/tokens", ADMIN, Some(new)).await.code(), "token_exists");
    assert_eq!(service.call("GET", "/v1/reports/cash", token, None).await.status, StatusCode::OK);
    let list = service.get("/v1/tokens").await.body;
    assert!(list.to_string().contains(id) && !list.to_string().contains(token), "{list}");
    let path = format!("/v1/tokens/{id}");
    assert_eq!(service.call("DELETE", &path, ADMIN, None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(service.call("GET", "/v1/reports/cash", token, None).await.code(), "unauthorized");
    assert_eq!(service.call("DELETE", &path, ADMIN, None).await.code(), "unknown_token");
    assert_eq!(service.call("DELETE", "/v1/tokens/fixed", ADMIN, None).await.code(), "fixed_token");
}

#[tokio::test]
async fn a_token_that_makes_no_sense_is_not_made() {
    let service = Service::new().await;
    for (new, field) in [
        (json!({"role": "viewer"}), "name"),
        (json!({"name": "", "role": "viewer"}), "name"),
        (json!({"name": "x", "role": "boss"}), "role"),
        (json!({"name": "x", "role": "viewer", "expires_at": "2020-01-01T00:00:00Z"}), "expires_at"),
        (json!({"name": "x", "role": "viewer", "admin": true}), "admin"),
    ] {
        let reply = service.call("POST", "/v1/tokens", ADMIN, Some(new)).await;
        assert_eq!((reply.status.as_u16(), reply.code()), (422, "invalid_body"));
        assert_eq!(reply.body["field"], field);
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_a_problem_with_a_code() {
    let service = Service::new().await;
    for (method, path, status, code) in [
        ("GET", "/v1/nothing", 404, "not_found"),
        ("GET", "/page", 404, "not_found"),
        ("POST", "/", 404, "not_found"),
        ("GET", "/docs/nothing.js", 404, "not_found"),
        ("POST", "/v1/reports/sales", 405, "method_not_allowed"),
        ("GET", "/v1/events", 405, "method_not_allowed"),
        ("POST", "/v1/tokens", 415, "unsupported_media_type"),
        ("GET", "/v1/reports/sales?as_of=yesterday", 422, "invalid_parameter"),
        ("GET", "/v1/reports/sales?as_of=1000001", 422, "invalid_as_of"),
        ("GET", "/v1/audit/tie-outs?as_of=1000001", 422, "invalid_as_of"),
        ("GET", "/v1/audit/tie-outs?from=2026-11-01", 422, "invalid_parameter"),
        ("GET", "/v1/orders?as_of=3", 422, "invalid_parameter"),
        ("GET", "/v1/reports/sales?from=tomorrow", 422, "invalid_parameter"),
        ("GET", "/v1/reports/sales?product_type=Ticket", 422, "invalid_parameter"),
        ("GET", "/v1/reports/sales?from=2026-11-02&to=2026-11-01", 422, "invalid_range"),
        ("GET", "/v1/reports/sales/trend?step=week", 422, "invalid_parameter"),
        ("GET", "/v1/reports/sales/trend?from=0001-01-01&step=day", 422, "too_many_steps"),
        ("GET", "/v1/orders?limit=501", 422, "invalid_parameter"),
        ("GET", "/v1/orders?limit=0", 422, "invalid_parameter"),
        ("GET", "/v1/orders?q=", 422, "invalid_parameter"),
        ("GET", "/v1/orders?cursor=x", 422, "invalid_cursor"),
        ("GET", "/v1/orders?status=paid", 422, "invalid_parameter"),
        ("GET", "/v1/orders/O-99", 404, "unknown_order"),
        ("GET", "/v1/orders/%FF", 422, "invalid_parameter"),
        ("GET", "/v1/cash-entries?kind=gift", 422, "invalid_parameter"),
    ] {
        let reply = service.call(method, path, ADMIN, None).await;
        assert_eq!((reply.status.as_u16(), reply.code()), (status, code), "{method} {path}");
        assert_eq!(reply.body["status"], status);
    }
    assert_eq!(service.call("PUT", "/v1/reports/cash", ADMIN, None).await.headers[ALLOW], "GET,HEAD");
    let long = json!({"text": "x".repeat(BODY_BYTES_MAX)});
    let reply = service.call("POST", "/v1/events", ADMIN, Some(long)).await;
    assert_eq!((reply.status.as_u16(), reply.code()), (413, "body_too_large"));
}

#[tokio::test]
async fn a_report_says_what_it_covers_and_where_it_stands() {
    let service = Service::new().await;
    let reply =
        service.get("/v1/reports/sales?from=2025-11-01&to=2025-11-01T12:00:00Z&min_position=1000000").await;
    assert_eq!(reply.headers[LEDGER_POSITION], "1000000");
    for (member, value) in [
        ("report", json!("sales")),
        ("from", json!("2025-11-01T00:00:00+08:00")),
        ("to", json!("2025-11-01T20:00:00+08:00")),
        ("time_zone", json!("Asia/Shanghai")),
        ("currency", json!("CNY")),
        ("position", json!(1_000_000)),
    ] {
        assert_eq!(reply.body[member], value, "{member}");
    }
    assert_eq!(reply.body["total"]["by_status"].as_array().unwrap().len(), 9);
    let open = service.get("/v1/reports/cash?to=2025-11-01").await.body;
    assert_eq!((&open["from"], &open["opening_balance"]), (&Value::Null, &json!("0.00")));
    let trend = service.get("/v1/reports/sales/trend?from=2025-11-01&to=2025-11-03&step=hour").await.body;
    assert_eq!((trend["step"].as_str(), trend["points"].as_array().unwrap().len()), (Some("hour"), 48));
}

#[tokio::test]
async fn a_position_that_does_not_come_is_not_answered() {
    let Service { app, tokens, projector, places } = Service::new().await;
    drop(projector);
    let (projector, _) = watch::channel(projected(0));
    let service = Service { app, tokens, projector, places };
    let reply = service.get("/v1/orders?min_position=1000001").await;
    assert_eq!((reply.status.as_u16(), reply.code()), (503, "projection_behind"));
    assert!(reply.headers.contains_key(RETRY_AFTER));
    assert_eq!(reply.body["position"], 1_000_000);
}

#[tokio::test]
async fn figures_that_are_not_complete_are_not_shown() {
    let service = Service::new().await;
    let state =
        ProjectorState::Stopped { position: Position::new(8), reason: "unknown version 9".to_owned() };
    service.projector.send_replace(Projected { position: Position::new(7), state });
    for path in ["/v1/reports/sales", "/v1/orders", "/v1/orders/O-1", "/v1/cash-entries"] {
        let reply = service.get(path).await;
        assert_eq!((reply.status.as_u16(), reply.code()), (503, "incomplete"), "{path}");
        assert_eq!(reply.body["position"], 8);
    }
    let reply = service.call("GET", "/readyz", "", None).await;
    assert_eq!((reply.status.as_u16(), reply.code()), (503, "not_ready"));
    assert_eq!((&reply.body["lag_events"], &reply.body["lag_seconds"]), (&json!(3), &json!(2)));
}

#[tokio::test]
async fn probes_and_pages_need_no_token() {
    let service = Service::new().await;
    for (path, text) in [
        ("/healthz", "alive"),
        ("/readyz", "ready"),
        ("/metrics", "ledger_up 1"),
        ("/docs/", "swagger-ui"),
        ("/docs/swagger-ui-bundle.js", "SwaggerUI"),
    ] {
        let reply = service.call("GET", path, "", None).await;
        assert_eq!(reply.status, StatusCode::OK, "{path}");
        assert!(reply.body.to_string().contains(text), "{path}");
    }
    assert_eq!(service.call("GET", "/docs", "", None).await.headers[LOCATION], "/docs/");
    let settings = service.call("GET", "/docs/swagger-initializer.js", "", None).await.body.to_string();
    assert!(settings.contains("/openapi.json") && settings.contains("none"), "{settings}");
}

#[tokio::test]
async fn every_documented_operation_is_served() {
    let service = Service::new().await;
    let document = service.call("GET", "/openapi.json", "", None).await.body;
    assert_eq!(document["openapi"], "3.1.0");
    let mut operations = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            operations += 1;
            let reply = service.call(&method.to_uppercase(), path, "", None).await;
            let is_open = operation["tags"] == json!(["operation"]);
            let expected = match (path.as_str(), method.as_str()) {
                // What lets people in and out asks for no token.
                ("/v1/session", "post") => StatusCode::UNSUPPORTED_MEDIA_TYPE,
                ("/v1/session", "delete") => StatusCode::NO_CONTENT,
                _ if is_open => StatusCode::OK,
                _ => StatusCode::UNAUTHORIZED,
            };
            assert_eq!(reply.status, expected, "{method} {path}");
            assert_eq!(operation["security"].is_array(), !is_open, "{method} {path}");
            let needs_token = expected == StatusCode::UNAUTHORIZED;
            assert!(operation["responses"]["401"].is_object() || !needs_token, "{method} {path}");
        }
    }
    assert_eq!(operations, 38);
}

#[tokio::test]
async fn the_document_explains_every_field_and_refers_to_nothing_that_is_not_there() {
    let service = Service::new().await;
    let document = service.call("GET", "/openapi.json", "", None).await.body;
    let mut places = vec![("#".to_owned(), &document)];
    while let Some((place, value)) = places.pop() {
        if let Some(target) = value["$ref"].as_str() {
            assert!(document.pointer(&target[1..]).is_some(), "{place} refers to {target}");
        }
        for (name, property) in value["properties"].as_object().into_iter().flatten() {
            // What may be null is one of two, and the description stands with the first.
            let described = property.get("oneOf").map_or(property, |either| &either[0]);
            assert!(described["description"].is_string(), "{place}/{name} has no description");
        }
        for (name, child) in value.as_object().into_iter().flatten() {
            places.push((format!("{place}/{name}"), child));
        }
        for (index, child) in value.as_array().into_iter().flatten().enumerate() {
            places.push((format!("{place}/{index}"), child));
        }
    }
}
