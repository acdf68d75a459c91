// The time, fine enough for "today" to become the next day on a page that stays open.
import { ref } from 'vue'

export const minute = ref(new Date())
setInterval(() => (minute.value = new Date()), 30_000)
