/** The main page. It can reach no other site. */
import { begin } from "./app";

begin();
