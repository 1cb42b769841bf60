type Closer = () => unknown;

/**
 * Remembers how to close what was opened and closes it in reverse order. One that fails does not keep
 * the others open: a child process must not outlive the stack because a file could not be closed.
 */
export function closingStack() {
  const closers: Closer[] = [];
  return {
    own<Opened extends { close(): unknown }>(opened: Opened): Opened {
      closers.push(() => opened.close());
      return opened;
    },
    async close(): Promise<void> {
      for (let closer = closers.pop(); closer !== undefined; closer = closers.pop()) {
        try {
          await closer();
        } catch (cause) {
          console.error("the local stack could not close one of its parts:", cause);
        }
      }
    },
  };
}
