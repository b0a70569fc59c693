export interface Reading {
  readonly station: string;
  readonly celsius: number;
}

export declare const LIMIT: number;
export declare function parse(line: string): Reading;
export declare function parseLater(line: string): Promise<Reading>;
export declare function isHot(reading: Reading): boolean;
export declare function celsius(reading: { readonly celsius: number }): number;
export declare function isText(value: string | number): value is string;
export declare function add(sum: number, value: number): number;
export declare function longest(best: Reading | undefined, reading: Reading): Reading | undefined;
export declare function weigh(sum: number, reading: Reading): string;
export declare function wide(reading: Reading & { readonly humidity: number }): number;
