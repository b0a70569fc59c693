/** Items of one pattern's end. */
class Node<Item> {
  readonly children = new Map<string, Node<Item>>();
  /** Of patterns that end here. */
  readonly here: Item[] = [];
  /** Of patterns that end with `>` behind here. */
  readonly below: Item[] = [];

  get isEmpty(): boolean {
    return this.children.size === 0 && this.here.length === 0 && this.below.length === 0;
  }
}

/** Patterns token by token: `*` stands for one token, a last `>` for one or more. */
export class SubjectTrie<Item> {
  readonly #root = new Node<Item>();

  /** Returns what removes it again. */
  add(pattern: readonly string[], item: Item): () => void {
    const open = pattern.at(-1) === ">";
    const path = open ? pattern.slice(0, -1) : pattern;
    const nodes = [this.#root];
    let node = this.#root;
    for (const token of path) {
      let child = node.children.get(token);
      if (child === undefined) {
        child = new Node();
        node.children.set(token, child);
      }
      nodes.push(child);
      node = child;
    }
    const items = open ? node.below : node.here;
    items.push(item);
    return () => {
      const at = items.indexOf(item);
      if (at < 0) return;
      items.splice(at, 1);
      for (let depth = path.length; depth > 0 && nodes[depth]?.isEmpty === true; depth--) {
        nodes[depth - 1]?.children.delete(path[depth - 1] as string);
      }
    };
  }

  /** All items whose patterns match: level by level, so that no subject is too deep for the stack. */
  find(subject: readonly string[]): Item[] {
    const found: Item[] = [];
    let level: Node<Item>[] = [this.#root];
    for (const token of subject) {
      const next: Node<Item>[] = [];
      for (const node of level) {
        for (const item of node.below) found.push(item);
        const exact = node.children.get(token);
        if (exact !== undefined) next.push(exact);
        const any = node.children.get("*");
        if (any !== undefined) next.push(any);
      }
      level = next;
    }
    for (const node of level) for (const item of node.here) found.push(item);
    return found;
  }
}
