/** What one side runs. */
export interface Program {
  /** The module of the application. */
  file: string
  env: Readonly<Record<string, string | undefined>>
  /** The working folder, where an application looks for its configuration. */
  cwd: string
  /** Header fields that every request to it has. */
  headers?: Readonly<Record<string, string>> | undefined
}
