//! The conformance cases of mail and conversations; each comes from a real report.
