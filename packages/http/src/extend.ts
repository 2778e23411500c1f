// For packages that add to the server: what they share with it, so that both decide alike.

export { warnOfForeignDomain } from './cookies/foreign-domain.ts'
export { MAX_COOKIE_BYTES } from './cookies/write-cookie.ts'
export { crossSiteEvidence, originSet, type RequestOrigin } from './cross-site.ts'
export { ForeignContext, type ForeignHeaders, type ForeignRequest } from './foreign-context.ts'
export { addressTest } from './proxy/proxy-trust.ts'
export { HeaderBlock } from './response/header-block.ts'
