/** Components for the rows of long lists. */
import { Component } from "preact";

/** Drawn again only when one of its properties is another: a change of one row must not draw 300. */
export abstract class Still<Props extends object> extends Component<Props> {
  override shouldComponentUpdate(next: Props): boolean {
    const now = this.props as Props;
    return (Object.keys(next) as (keyof Props)[]).some((key) => next[key] !== now[key]);
  }
}
