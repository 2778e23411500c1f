// For packages that extend the server: the decisions they share with it.

export { warnOfForeignDomain } from './cookies/foreign-domain.ts'
export { MAX_COOKIE_BYTES } from './cookies/write-cookie.ts'
export { crossSiteEvidence, originSet, type RequestOrigin } from './cross-site.ts'
export { ForeignContext, type ForeignHeaders, type ForeignRequest } from './foreign-context.ts'
export {
  type FastifyReplyHeaders,
  fastifyHeaders,
  nodeHeaders,
  unscopeFastifyPlugins,
  withoutFastifyOptions,
} from './foreign-frameworks.ts'
export { addressTest } from './proxy/proxy-trust.ts'
export { HeaderBlock } from './response/header-block.ts'
