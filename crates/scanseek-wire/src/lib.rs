//! What crosses a boundary: serde mirrors of results and errors.
