import type { McReceive, MpSend } from "../../src/index.ts";

interface Animal {
  readonly name: string;
}
interface Dog extends Animal {
  readonly breed: string;
}
declare const animals: McReceive<Animal>;
declare const dogs: MpSend<Dog>;

export const dogReceiver: McReceive<Dog> = animals;
export const animalSender: MpSend<Animal> = dogs;
