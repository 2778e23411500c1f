import type { Diagnostic } from '@arlen/core'
import type { Inspect } from './inspect-argument.ts'

/** What the supervisor tells a child. */
export type ToChild =
  /** Compile the templates of a folder. */
  | { type: 'prepare'; templates: TemplateFolders }
  | { type: 'load'; entry: string; socket: string; inspect?: Inspect }
  /** End what is in flight within `graceMs`, close what is owned, and exit. */
  | { type: 'close'; graceMs: number }

/** Absolute paths. */
export interface TemplateFolders {
  dir: string
  /** Where the modules that TypeScript checks are written. */
  outDir: string
}

/** What an application says of itself once it runs. */
export interface AppInfo {
  routes?: readonly RouteInfo[]
  config?: readonly SettingInfo[]
}

/** A route as the development server shows it. */
export interface RouteInfo {
  methods: string
  path: string
  name?: string
}

/** A setting as the development server shows it; secrets are masked. */
export interface SettingInfo {
  key: string
  value: string
  source: string
}

/** One request that the application answered. */
export interface RequestRecord {
  method: string
  path: string
  status: number
  /** Milliseconds by stage, `total` among them. */
  timings?: Readonly<Record<string, number>>
  sql?: readonly { text: string; ms: number }[]
}

/** What a child tells its supervisor. */
export type FromChild =
  /** Started, and waiting for an application; `files` are the modules it has loaded for it already. */
  | { type: 'warm'; files: readonly string[] }
  | { type: 'prepared'; warnings: readonly Diagnostic[] }
  | { type: 'ready'; files: readonly string[]; info: AppInfo }
  | { type: 'failed'; files: readonly string[]; diagnostics: readonly Diagnostic[] }
  /** An error nobody caught; the child exits. */
  | { type: 'crashed'; diagnostics: readonly Diagnostic[] }
  /** A part of the application has something to say: pending migrations, a warning. */
  | { type: 'diagnostics'; diagnostics: readonly Diagnostic[] }
  | { type: 'request'; request: RequestRecord }

const FROM_CHILD = new Set<unknown>(['warm', 'prepared', 'ready', 'failed', 'crashed', 'diagnostics', 'request'])

/** An application may send messages of its own, to whatever it believes to be run by. They are nobody's here. */
export function isFromChild(message: unknown): message is FromChild {
  return (
    typeof message === 'object' &&
    message !== null &&
    'boomhauer' in message &&
    'type' in message &&
    FROM_CHILD.has(message.type)
  )
}
