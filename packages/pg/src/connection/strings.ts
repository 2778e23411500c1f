export { plainConfig } from './client-config.ts'
export { parseDsn } from './dsn.ts'
export { environmentOf, type Parameters } from './parameters.ts'
export { writeUri } from './uri.ts'
