/**
 * The types that cross the boundary to the engine. They are made by the wasm build; the reviewed copy
 * beside this file is compared with what the build gives (`cargo xtask bless` renews it).
 */
export type * from "./scanseek_wasm.snapshot";
