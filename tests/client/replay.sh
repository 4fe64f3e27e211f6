printf "nothing\tok\n"
