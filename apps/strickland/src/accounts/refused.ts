import { HttpError } from 'arlen'

/** A mistake that no schema can find, shown in the form by the route's `invalid`. */
export function refused(path: string, code: string, message: string): HttpError {
  return new HttpError(422, code, { errors: [{ path, code, message }] })
}
