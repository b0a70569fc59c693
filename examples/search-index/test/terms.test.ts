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
