//! Pure mail: bytes in, meaning out.
