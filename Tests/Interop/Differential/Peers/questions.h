/* The questions of the differential tests, read from standard input; see PeerQuestions.swift for their form. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum purpose { SERVER, CLIENT, MAIL, ANY };
enum name_kind { NO_NAME, DNS, IP, MAILBOX };
enum { MOST_CERTIFICATES = 16 };

struct bytes {
    unsigned char *start;
    size_t length;
};

struct question {
    enum purpose purpose;
    enum name_kind kind;
    /* Ended by a zero octet; for an address its four or sixteen octets. */
    struct bytes name;
    /* From the leaf to the root. */
    int count;
    struct bytes certificates[MOST_CERTIFICATES];
};

static struct bytes read_bytes(void) {
    unsigned char digits[4];
    struct bytes bytes = {NULL, 0};
    if (fread(digits, 1, 4, stdin) != 4) exit(2);
    bytes.length = (size_t)digits[0] << 24 | (size_t)digits[1] << 16 | (size_t)digits[2] << 8 | digits[3];
    bytes.start = malloc(bytes.length + 1);
    if (!bytes.start || fread(bytes.start, 1, bytes.length, stdin) != bytes.length) exit(2);
    bytes.start[bytes.length] = 0;
    return bytes;
}

/* Zero at the end of the questions. */
static int read_question(struct question *question) {
    unsigned char head[3];
    if (fread(head, 1, 3, stdin) != 3) return 0;
    question->purpose = head[0];
    question->kind = head[1];
    question->count = head[2];
    if (question->count > MOST_CERTIFICATES) exit(2);
    question->name = read_bytes();
    for (int i = 0; i < question->count; i++) question->certificates[i] = read_bytes();
    return 1;
}

/* A certificate beside the leaf and the root that cannot be read is passed over; these two must be there. */
static int is_needed(const struct question *question, int index) {
    return index == 0 || index == question->count - 1;
}

static void forget(struct question *question) {
    free(question->name.start);
    for (int i = 0; i < question->count; i++) free(question->certificates[i].start);
}
