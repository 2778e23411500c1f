import { HeaderList } from './headers.ts'

/**
 * Header fields that many responses share, checked and serialized once. `c.baseHeaders(block)` adds them to a response at
 * the cost of a string.
 */
export class HeaderBlock {
  /** As it stands in a head: `Name: value` CRLF for each field. */
  readonly text: string
  readonly fields: readonly (readonly [name: string, value: string])[]
  /** @internal Shared: `clone` it before changing anything. */
  readonly list: HeaderList = new HeaderList()

  constructor(fields: Iterable<readonly [name: string, value: string]>) {
    for (const [name, value] of fields) this.list.set(name, value)
    this.text = this.list.serialize()
    this.fields = [...this.list]
  }

  get(name: string): string | undefined {
    return this.list.get(name)
  }

  /** The text without the fields that `skip` has. */
  serialize(skip: HeaderList | null): string {
    return skip === null || !skip.overlaps(this.list) ? this.text : this.list.serialize(skip)
  }
}
