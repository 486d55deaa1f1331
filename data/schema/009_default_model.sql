-- The model that labels where none is named: what it says of a post stands before what any other does.
create macro default_model() as 'groundswell-zh';
