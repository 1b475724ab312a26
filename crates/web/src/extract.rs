//! Extractors that refuse in the common envelope.

use axum::{
    extract::{FromRequest, FromRequestParts, Request, rejection::JsonRejection},
    http::request::Parts,
    response::{IntoResponse, Response},
};
use kernel::{Code, Error, fault};
use serde::{Serialize, de::DeserializeOwned};

use crate::{ApiError, App};

/// A JSON body, in and out. Unknown fields are refused by the types (`deny_unknown_fields`).
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &App) -> Result<Self, ApiError> {
        if fault::is_off("json-only") {
            let bytes = axum::body::Bytes::from_request(request, state).await.map_err(|_| Code::TooLarge)?;
            let read = serde_json::from_slice(&bytes).map(Self);
            return read.map_err(|_| Code::InvalidJson.into());
        }
        match axum::Json::<T>::from_request(request, state).await {
            Ok(axum::Json(value)) => Ok(Self(value)),
            Err(JsonRejection::MissingJsonContentType(_)) => Err(Code::UnsupportedMediaType.into()),
            Err(JsonRejection::BytesRejection(_)) => Err(Code::TooLarge.into()),
            Err(rejection) => Err(ApiError(Error::new(Code::InvalidJson).detail(rejection.body_text()))),
        }
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// An id (or several) in the path; what does not parse does not exist.
pub struct PathId<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for PathId<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &App) -> Result<Self, ApiError> {
        axum::extract::Path::<T>::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Path(value)| Self(value))
            .map_err(|_| Code::NotFound.into())
    }
}

/// Query parameters.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<App> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &App) -> Result<Self, ApiError> {
        axum::extract::Query::<T>::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Query(value)| Self(value))
            .map_err(|rejection| {
                ApiError(Error::new(Code::Invalid).field("query").detail(rejection.body_text()))
            })
    }
}
