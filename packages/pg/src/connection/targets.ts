import { pgError } from '../errors.ts'

/** A server. */
export interface Target {
  host: string
  port: number
  /** The address to connect to, where the name is not to be resolved (`hostaddr`). */
  address?: string
}

/** Which of several servers is acceptable, like libpq's `target_session_attrs`. */
export const SESSION_ATTRS = ['any', 'read-write', 'read-only', 'primary', 'standby', 'prefer-standby'] as const
export type TargetSessionAttrs = (typeof SESSION_ATTRS)[number]

/** The rest of the time is for the remaining servers. */
const SHORTEST_TRY_MS = 1_000

/** Connects to one of several servers: the last that worked, then the others in order. */
export class Targets {
  readonly all: readonly Target[]
  readonly #attrs: TargetSessionAttrs
  #first = 0

  constructor(all: readonly Target[], attrs: TargetSessionAttrs, shuffle: boolean) {
    this.all = all
    this.#attrs = attrs
    if (shuffle) this.#first = Math.floor(Math.random() * all.length)
  }

  /**
   * Tries the servers in turn.
   *
   * @param attempt - connects, and rejects a server that does not have the requested role
   * @throws the error of a single server; `connect_failed` with the error of each for several
   */
  async connect<T>(attempt: (target: Target, attrs: TargetSessionAttrs) => Promise<T>): Promise<T> {
    const failures: { target: Target; error: unknown }[] = []
    const roles: TargetSessionAttrs[] = this.#attrs === 'prefer-standby' ? ['standby', 'any'] : [this.#attrs]
    const first = this.#first
    for (const attrs of roles) {
      for (let i = 0; i < this.all.length; i++) {
        const at = (first + i) % this.all.length
        const target = this.all[at]!
        try {
          const connected = await attempt(target, attrs)
          this.#first = at
          return connected
        } catch (error) {
          failures.push({ target, error })
        }
      }
    }
    const only = failures.length === 1 ? failures[0]!.error : undefined
    if (only !== undefined && (only as { code?: string }).code !== 'session_role') throw only
    const lines = failures.map(({ target, error }) => `\n  ${target.host}:${target.port}: ${messageOf(error)}`)
    throw pgError(
      'connect_failed',
      { remedy: 'Check the URL, and whether one of them runs.' },
      { internal: `None of the servers will do:${lines.join('')}`, cause: failures[0]!.error },
    )
  }
}

/** Time limit for connecting to one of several servers. */
export function triedForMs(connectTimeoutMs: number, servers: number): number {
  return servers === 1 ? connectTimeoutMs : Math.max(SHORTEST_TRY_MS, Math.floor(connectTimeoutMs / servers / 2))
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The role of the server, according to a session. */
interface Role {
  standby: boolean
  readOnly: boolean
}

/**
 * Rejects a server whose role is not the requested one.
 *
 * @param query - runs SQL and returns its rows
 * @throws `session_role`
 */
export async function checkRole(
  attrs: TargetSessionAttrs,
  query: (text: string) => Promise<readonly unknown[]>,
): Promise<void> {
  if (attrs === 'any') return
  const [row] = await query(
    "select pg_is_in_recovery() as standby, current_setting('default_transaction_read_only') = 'on' or pg_is_in_recovery() as \"readOnly\"",
  )
  const { standby, readOnly } = row as Role
  const fits = { 'read-write': !readOnly, 'read-only': readOnly, primary: !standby, standby, 'prefer-standby': standby }
  if (!fits[attrs])
    throw pgError('session_role', {
      expected: attrs,
      found: standby ? 'a standby' : readOnly ? 'read-only' : 'the primary',
    })
}
