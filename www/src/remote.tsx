/** The page for addresses: the same workbench, whose worker may have a reader fetch from other sites. */
import { begin } from "./app";
import { onAddressPage } from "./store/address";

onAddressPage.value = true;
begin(
  () =>
    new Worker(new URL("./engine/remote-worker.ts", import.meta.url), { type: "module", name: "scanseek" }),
);
