/** Waits for two pieces of work, also if one of them fails: then nothing is at work any more. Throws the first failure. */
export async function both<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([first, second])
  return [await first, await second]
}
