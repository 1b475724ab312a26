// Tests by name, one after another; a failed one tells where and goes on.
const tests = []
export const test = (name, run) => tests.push({ name, run })

/** Waits until the condition holds; fails with the last value when it never does. */
export async function until(what, condition, patience = 30_000) {
  const end = Date.now() + patience
  let value
  do {
    value = await condition()
    if (value) return value
    await new Promise((resolve) => setTimeout(resolve, 25))
  } while (Date.now() < end)
  throw new Error(`never happened: ${what} (last: ${JSON.stringify(value)})`)
}

export async function runAll(world) {
  const only = process.argv[2]
  let failed = 0
  const chosen = tests.filter(({ name }) => !only || name.includes(only))
  for (const { name, run } of chosen) {
    const begun = Date.now()
    try {
      await run(world)
      console.log(`ok      ${name} (${((Date.now() - begun) / 1000).toFixed(1)} s)`)
    } catch (error) {
      failed++
      console.log(`FAILED  ${name}\n${String(error?.stack ?? error).split('\n').slice(0, 14).map((line) => `        ${line}`).join('\n')}`)
      await world.picture?.(name)
    } finally {
      await world.closePages()
    }
  }
  console.log(`${chosen.length - failed} passed, ${failed} failed`)
  return failed === 0
}
