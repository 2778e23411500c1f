/** The type of `c.user`; an application says what it is by `declare module '@arlen/session' { interface AppUser { … } }`. */
// biome-ignore lint/suspicious/noEmptyInterface: applications fill it by declaration merging
export interface AppUser {}
