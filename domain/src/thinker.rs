//! What steers AI functions.

pub mod image_tests;
