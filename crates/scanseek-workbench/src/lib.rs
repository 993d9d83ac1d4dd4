//! The use-cases: open, explain, analyse, suggest, trial, patch, share.
