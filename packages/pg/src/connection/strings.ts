export { parseDsn } from './dsn.ts'
export { openClient } from './open-client.ts'
export { environmentOf, type Parameters } from './parameters.ts'
export { writeUri } from './uri.ts'
