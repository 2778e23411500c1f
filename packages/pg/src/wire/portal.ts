import type { StatementConnection } from './connection.ts'
import type { Encoded } from './encode.ts'
import { Statement } from './statement.ts'

/** Opens a portal: a running query whose rows are fetched in batches. It lives until its transaction ends. */
export class OpenPortal extends Statement {
  readonly #portal: string

  constructor(text: string, values: readonly Encoded[], portal: string) {
    super({ text, values, prepare: false })
    this.#portal = portal
  }

  protected override write(client: StatementConnection): void {
    this.plan = this.parse(client)
    client.writer.bind(this.#portal, this.plan.name, this.values)
    client.writer.sync()
  }
}

export class FetchRows extends Statement {
  /** Whether there may be more. */
  suspended = false
  readonly #portal: string
  readonly #batch: number

  constructor(opened: Statement, portal: string, batch: number) {
    super({ text: opened.text, values: [], prepare: false })
    this.plan = opened.plan
    this.#portal = portal
    this.#batch = batch
  }

  protected override write(client: StatementConnection): void {
    client.writer.execute(this.#portal, this.#batch)
    client.writer.sync()
  }

  override handlePortalSuspended(): void {
    this.suspended = true
  }
}

export class ClosePortal extends Statement {
  readonly #portal: string

  constructor(text: string, portal: string) {
    super({ text, values: [], prepare: false })
    this.#portal = portal
  }

  protected override write(client: StatementConnection): void {
    client.writer.closePortal(this.#portal)
    client.writer.sync()
  }
}
