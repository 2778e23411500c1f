/** A mirror that does not answer is no fault of the guide; a package that it does not have is. */
export function isOutOfReach({ message }: Error): boolean {
  return /^debootstrap |Failed to fetch|Could not resolve|Could not connect|Unable to connect/.test(message)
}
