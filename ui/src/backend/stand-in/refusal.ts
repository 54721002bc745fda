// How the stand-in fails: as the program does, with a code and words for people.

import type { Failure, FailureCode } from "../bindings";

export class Refusal extends Error implements Failure {
  constructor(readonly code: FailureCode, message: string) {
    super(message);
  }
}

export function refuse(code: FailureCode, message: string): never {
  throw new Refusal(code, message);
}
