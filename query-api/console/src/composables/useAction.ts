// A decision on its way: confirmed, sent once, its error shown in words where it was made.
import { ref } from 'vue'
import { ElMessage } from 'element-plus'
import { idempotencyKey, type ApiError } from '../api/client'
import { useWords } from '../i18n/words'

export function useAction() {
  const busy = ref(false)
  const error = ref<string | null>(null)
  const words = useWords()
  let key = idempotencyKey()

  /** Runs it; true when it is done, and then says so. */
  async function run(act: (key: string) => Promise<unknown>, done: string): Promise<boolean> {
    busy.value = true
    error.value = null
    try {
      await act(key)
      key = idempotencyKey()
      ElMessage.success(done)
      return true
    } catch (caught) {
      error.value = words.problem(caught as ApiError)
      return false
    } finally {
      busy.value = false
    }
  }

  /** Before a new decision: another key, no old error. */
  function begin(): void {
    key = idempotencyKey()
    error.value = null
  }

  return { busy, error, run, begin }
}
