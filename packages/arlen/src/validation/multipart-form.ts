import type { Context } from '@arlen/http'

type Value = string | File

/**
 * The fields of a multipart form as a record, for a schema: texts, and files as the web's `File`, held in memory and
 * limited by the body's limit. A repeated name is a list. An empty file input, which browsers send as a file without name
 * and content, is omitted.
 */
export async function readMultipartForm(c: Context): Promise<Record<string, Value | Value[]>> {
  const form = Object.create(null) as Record<string, Value | Value[]>
  for await (const part of c.req.multipart()) {
    if (part.kind === 'field') add(form, part.name, part.value)
    else {
      const bytes = await part.bytes()
      if (part.filename === '' && bytes.length === 0) continue
      add(form, part.name, new File([bytes as Uint8Array<ArrayBuffer>], part.filename, { type: part.type }))
    }
  }
  return form
}

function add(form: Record<string, Value | Value[]>, name: string, value: Value): void {
  const before = form[name]
  if (before === undefined) form[name] = value
  else if (Array.isArray(before)) before.push(value)
  else form[name] = [before, value]
}
