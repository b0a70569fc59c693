import { expect, test } from "vitest";
import { queryTerms, termsOf } from "../jobs/terms.ts";

test("terms are the words of a text, in lower case, each at most four times", () => {
  expect(termsOf("A b a, A; a-a B")).toEqual({ tokens: 7, terms: "a a a a b b" });
});

test("words in camelCase are found by their parts as well", () => {
  expect(termsOf("getElementById").terms).toBe("getelementbyid get element by id");
  expect(termsOf("XMLHttp2Request").terms).toBe("xmlhttp2request xmlhttp2 request");
});

test("words of other scripts, and of letters that change length in lower case, are words", () => {
  expect(termsOf("Ключ naïve İstanbul").terms).toBe("ключ naïve i̇stanbul");
});

test("what is too long to be searched for counts as a word and is no term", () => {
  expect(termsOf(`x ${"f".repeat(41)}`)).toEqual({ tokens: 2, terms: "x" });
});

test("a query asks for whole words, once each", () => {
  expect(queryTerms("fooBar foobar, Baz!")).toEqual(["foobar", "baz"]);
});

test("texts of very many different words are counted like others, one after the other", () => {
  const many = Array.from({ length: 50_000 }, (_, place) => `w${place} W${place}`).join(" ");
  for (let round = 0; round < 2; round++) {
    const { tokens, terms } = termsOf(many);
    expect(tokens).toBe(100_000);
    expect(terms.split(" ")).toEqual(Array.from({ length: 100_000 }, (_, place) => `w${place >> 1}`));
    expect(termsOf("one two One")).toEqual({ tokens: 3, terms: "one one two" });
  }
});
