// What can be done with one program.

export type ClientDeed = "revoke" | "rotate" | "remove";
