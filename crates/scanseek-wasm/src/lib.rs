//! The worker's class Workbench over wire types; no logic.
