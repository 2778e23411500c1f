/** The type of `c.user`. Applications define it by `declare module '@arlen/session' { interface AppUser { … } }`. */
// biome-ignore lint/suspicious/noEmptyInterface: applications fill it by declaration merging
export interface AppUser {}
