//! The one error envelope: `{"error":{code, message, field?, detail?, request_id}}`.

use std::sync::{Arc, OnceLock};

use axum::{
    Json,
    extract::Request,
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Response},
};
use kernel::{Code, Error, Locale};
use serde::Serialize;
use utoipa::ToSchema;

pub type ApiResult<T> = Result<T, ApiError>;

/// A failure on its way out. The text is put in by [`render`], which knows the language and the request.
#[derive(Debug)]
pub struct ApiError(pub Error);

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl From<Code> for ApiError {
    fn from(code: Code) -> Self {
        Self(Error::new(code))
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        let seconds = self.0.detail.as_deref().and_then(|detail| detail.parse::<u64>().ok());
        if let (Code::TooManyRequests, Some(seconds)) = (self.0.code, seconds) {
            response.headers_mut().insert("retry-after", seconds.into());
        }
        response.extensions_mut().insert(Arc::new(self.0));
        response
    }
}

#[derive(Serialize, ToSchema)]
pub struct ErrorBody {
    pub error: ErrorContent,
}

#[derive(Serialize, ToSchema)]
pub struct ErrorContent {
    /// Stable; see the table in docs/errors.md.
    pub code: String,
    /// For people, in the caller's language.
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    pub request_id: String,
}

impl ErrorBody {
    pub fn new(error: &Error, locale: Locale, request_id: &str) -> Self {
        Self {
            error: ErrorContent {
                code: error.code.as_str().to_owned(),
                message: error.code.text(locale).to_owned(),
                field: error.field.clone(),
                detail: error.detail.clone(),
                request_id: request_id.to_owned(),
            },
        }
    }
}

/// The language of the one who asks: guessed from the request, corrected when the caller is known.
#[derive(Clone, Default)]
pub(crate) struct AskerLocale {
    pub guessed: Locale,
    pub known: Arc<OnceLock<Locale>>,
}

/// Gives each request an id, and each failure its text.
pub(crate) async fn render(mut request: Request, next: Next) -> Response {
    let request_id = uuid::Uuid::now_v7().simple().to_string();
    let asker = AskerLocale {
        guessed: request
            .headers()
            .get("accept-language")
            .and_then(|value| Locale::from_accept_language(value.to_str().ok()?))
            .unwrap_or_default(),
        known: Arc::default(),
    };
    request.extensions_mut().insert(asker.clone());
    let path = request.uri().path().to_owned();
    let mut response = next.run(request).await;
    if let Some(error) = response.extensions_mut().remove::<Arc<Error>>() {
        if error.code.status() >= 500 {
            tracing::error!(%request_id, path, error = %error, "a request failed");
        }
        let locale = asker.known.get().copied().unwrap_or(asker.guessed);
        let headers = std::mem::take(response.headers_mut());
        let body = Json(ErrorBody::new(&error, locale, &request_id));
        response = (response.status(), body).into_response();
        let kept = headers.into_iter().filter_map(|(name, value)| Some((name?, value)));
        response
            .headers_mut()
            .extend(kept.filter(|(name, _)| name != "content-type" && name != "content-length"));
    }
    if let Ok(value) = request_id.parse() {
        response.headers_mut().insert("x-request-id", value);
    }
    response
}
