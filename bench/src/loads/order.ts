/** An order as a shop would send one: text, numbers, booleans, null, nested objects and arrays; 1,024 bytes as JSON. */
export function order(seed: number): { readonly id: string; readonly note: string } {
  const value = {
    id: `order-${1000 + seed}`,
    placedAt: "2026-11-20T09:41:07.250Z",
    paid: seed % 2 === 0,
    total: 1234.5 + seed,
    coupon: null,
    customer: {
      id: 77_000 + seed,
      name: "Ada Lovelace",
      email: "ada@example.org",
      address: { street: "12 St James's Square", city: "London", postcode: "SW1Y 4JH", country: "GB" },
      tags: ["gold", "newsletter", "early"],
    },
    lines: Array.from({ length: 5 }, (_, line) => ({
      sku: `SKU-${10_000 + seed * 10 + line}`,
      title: "A chair with four legs and a back",
      quantity: line + 1,
      price: 99.95,
      gift: line === 0,
    })),
    note: "",
  };
  const missing = 1024 - Buffer.byteLength(JSON.stringify(value));
  return { ...value, note: "Leave it at the door, please. ".repeat(40).slice(0, missing) };
}
