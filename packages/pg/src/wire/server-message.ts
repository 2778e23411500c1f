/** The fields of a server's ErrorResponse (PostgreSQL manual, 54.8), with pg's names. */
export interface ServerMessage extends Error {
  severity?: string | undefined
  code?: string | undefined
  detail?: string | undefined
  hint?: string | undefined
  position?: string | undefined
  where?: string | undefined
  schema?: string | undefined
  table?: string | undefined
  column?: string | undefined
  dataType?: string | undefined
  constraint?: string | undefined
  routine?: string | undefined
}
