/** `fetch` gives responses a URL; responses that a program creates have none. */
export function isFormOfOurs(response: Response): boolean {
  return response.url === '' && /^multipart\/form-data;/i.test(response.headers.get('content-type') ?? '')
}

/**
 * The body that `Response` creates for a `FormData`. Node.js feeds it without checking whether it is still read, and
 * crashes the process if it was canceled. So it is always read to its end; it is in memory anyway.
 */
export function readToEnd(response: Response): AsyncIterable<Uint8Array> {
  const whole = response.arrayBuffer()
  whole.catch(() => undefined) // reported where it is sent; a response to HEAD never is
  return (async function* () {
    yield new Uint8Array(await whole)
  })()
}
