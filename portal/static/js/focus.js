// Leads keyboards and screen readers to the summary of a form's faults.
document.querySelector('[data-module="focus"]')?.focus();
