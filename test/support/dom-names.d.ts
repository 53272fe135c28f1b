/** Names that the types of playwright-core use. Node has no DOM, and the tests touch none: what runs in a page says so itself. */
interface Node {}
interface HTMLElement {}
interface SVGElement {}
interface HTMLElementTagNameMap {}
