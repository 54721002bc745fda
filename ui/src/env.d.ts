/// <reference types="svelte" />
/// <reference types="vite/client" />

/** True in builds for browsers and tests: they speak to the stand-in backend. Set in vite.config.ts. */
declare const __STAND_IN__: boolean;
